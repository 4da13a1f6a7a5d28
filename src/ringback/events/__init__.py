"""Events: who listens is told within a moment what changed, of what they may see, by ids and names only."""

from ringback.events.listeners import Changed, Hello, Listener, Reset, TooManyListeners
from ringback.events.watcher import Watcher

__all__ = ["Changed", "Hello", "Listener", "Reset", "TooManyListeners", "Watcher"]

"""Practice: services, agents and customers who are simulated, so that everything can be seen without a telephone.

All of it is marked `is_practice`, calls over a link of its own to a simulator in the engine's process, and goes with
one command (docs/practice.md).
"""

from .cast import LINK, LINK_URL
from .players import Players
from .removal import Removed, remove
from .stage import Stage, set_up

__all__ = ["LINK", "LINK_URL", "Players", "Removed", "Stage", "remove", "set_up"]

"""What one listener is told when what they may see is not known, or changes while it is being looked at."""

from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.actors import Actor, ActorKind
from ringback.events import Changed, Hello, Listener, Reset
from ringback.events.looks import Changes


def reader(*service_ids: int) -> Principal:
    """Who sees the callbacks of these services."""
    services = {str(service_id): service_id for service_id in service_ids}
    actor = Actor(ActorKind.API_KEY, "shop")
    return Principal(actor=actor, permissions=frozenset({Permission.SEE_CALLBACKS}), services=services, api_key_id=1)


def begun(principal: Principal) -> Listener:
    """Somebody who was told hello."""
    listener = Listener(principal)
    listener.look_taken(None, "before")
    check(listener, principal)
    assert listener.take() == Hello()
    return listener


def check(listener: Listener, principal: Principal) -> None:
    assert listener.must_be_checked
    listener.begin_check()
    listener.see_as(principal)


def changed(listener: Listener) -> list[str]:
    event = listener.take()
    assert isinstance(event, Changed)
    return event.callbacks


def test_nothing_is_told_before_the_first_look_and_check() -> None:
    listener = Listener(reader(1))
    assert (listener.take(), listener.must_be_checked) == (None, False)
    listener.look_taken(Changes(callbacks={1: ["a"]}), "before")
    assert listener.take() is None
    check(listener, reader(1))
    assert [listener.take(), listener.take()] == [Hello(), None]


def test_what_waits_is_told_after_a_check_that_changes_nothing_for_them() -> None:
    listener = begun(reader(1))
    listener.look_taken(Changes(callbacks={1: ["a"], 2: ["b"]}), "after")
    assert listener.take() is None
    check(listener, reader(1))
    assert changed(listener) == ["a"]


def test_what_waits_is_forgotten_when_they_may_see_something_else() -> None:
    listener = begun(reader(1))
    listener.look_taken(Changes(callbacks={1: ["a"]}), "after")
    check(listener, reader(2))
    assert [listener.take(), listener.take()] == [Reset(), None]
    listener.look_taken(Changes(callbacks={1: ["a"], 2: ["b"]}), "after")
    assert changed(listener) == ["b"]


def test_rights_that_change_during_a_check_are_checked_again() -> None:
    listener = begun(reader(1))
    listener.look_taken(Changes(), "after")
    listener.begin_check()
    listener.look_taken(Changes(callbacks={1: ["a"]}), "after all")
    listener.see_as(reader(1))
    assert listener.take() is None
    check(listener, reader(1))
    assert changed(listener) == ["a"]


def test_who_cannot_be_checked_is_told_nothing_before_they_are_and_then_to_read_anew() -> None:
    listener = begun(reader(1))
    listener.look_taken(Changes(callbacks={1: ["a"]}), "after")
    listener.begin_check()
    listener.not_checked()
    assert (listener.take(), listener.must_be_checked) == (None, False)
    listener.look_taken(Changes(callbacks={1: ["b"]}), "after")
    assert listener.take() is None
    check(listener, reader(1))
    assert [listener.take(), listener.take()] == [Reset(), None]

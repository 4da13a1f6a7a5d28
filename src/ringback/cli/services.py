"""`ringback services`."""

import asyncio
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from ringback.agents.model import LOGGED_IN, Presence
from ringback.booking import setup, slots
from ringback.callbacks import standing
from ringback.callbacks.standing import ServiceStatus
from ringback.cli.input import as_struct, assignments, json_value
from ringback.cli.installation import Installation, ask
from ringback.cli.output import JsonOption, duration_text, fields, marked_practice, print_json, say, table, time_text
from ringback.cli.setting_text import setting_lines
from ringback.services import catalog, number_checks
from ringback.services.catalog import ServiceChoices
from ringback.services.model import Mode, Service
from ringback.services.number_checks import NumberCheck
from ringback.services.time_zones import time_zone

# Settings that are written as JSON, and those that an empty value takes away; a test compares them with the types.
DOCUMENTS = frozenset(
    {
        "retries",
        "hours",
        "special_days",
        "public_holidays",
        "weekly_capacity",
        "number_rules",
        "calling_hours",
        "dispositions",
    }
)
NULLABLE = frozenset({"default_region", "hours", "public_holidays", "slot_capacity", "calling_hours"})

commands = typer.Typer(no_args_is_help=True, help="Services: the queues that callbacks wait in.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the service.")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The number, as somebody would write it.")]
Days = Annotated[int, typer.Option(min=1, max=slots.DAYS_AHEAD, help="How many days of 24 hours ahead.")]
Choices = Annotated[
    list[str] | None,
    typer.Argument(metavar="[KEY=VALUE]...", help="Settings of the service; `ringback services show` lists them."),
]


@commands.command("list")
def list_all(json: JsonOption = False) -> None:
    """List the services and how things stand in them.

    Ready: agents who could take a call now, of those logged in. Wait: the estimate for a new caller.
    """
    found = ask(_all_with_status)
    if json:
        print_json([service for service, _ in found])
    elif found:
        columns = ("Service", "Mode", "Scheduled", "Queued", "Routing", "Processing", "Ready", "Wait")
        say(table(columns, [_row(service, status) for service, status in found]))
    else:
        say("There is no service yet; `ringback services add NAME` makes one.")


@commands.command()
def show(name: Name, json: JsonOption = False) -> None:
    """Show every setting of a service."""
    service = ask(lambda on: catalog.get(on.database, name))
    if json:
        print_json(service)
    else:
        _show(service)


@commands.command()
def add(name: Name, choices: Choices = None) -> None:
    """Add a service.

    For example: ringback services add support time_zone=Europe/Berlin default_region=DE
    """
    chosen = _chosen(choices or [])
    _show(ask(lambda on: setup.create(on.database, on.clock, on.actor, name, chosen)))


@commands.command("set")
def change(name: Name, choices: Choices = None) -> None:
    """Change settings of a service.

    For example: ringback services set support wrap_up_seconds=30. They hold from the next decision on;
    docs/services.md explains each. Hours and the like are written as JSON, and an empty value takes a setting away.
    """
    if not choices:
        raise typer.BadParameter("write at least one KEY=VALUE, such as wrap_up_seconds=30")
    chosen = _chosen(choices)
    _show(ask(lambda on: setup.change(on.database, on.clock, on.actor, name, chosen)))


@commands.command("test-number")
def try_number(name: Name, number: Number, json: JsonOption = False) -> None:
    """Tell whether and when a service would call a number, and what each of its rules says.

    Nothing is called. For example: ringback services test-number support "030 1234567"
    """
    found = ask(lambda on: _check_number(on, name, number))
    if json:
        print_json(found)
    else:
        _show_check(found)


@commands.command("slots")
def list_slots(name: Name, days: Days = 7, json: JsonOption = False) -> None:
    """List the slots that can be booked, with the seats that are left, by the clock of the service."""
    service, found = ask(lambda on: slots.bookable(on.database, on.clock, name, None, days))
    if json:
        print_json(found)
    elif found:
        zone = time_zone(service.time_zone)
        columns = (f"From ({zone.key})", "Until", "Free", "Capacity")
        say(table(columns, [_slot_row(slot, zone) for slot in found]))
    else:
        say(_why_no_slots(service, days))


@commands.command()
def remove(name: Name) -> None:
    """Remove a service that has no callbacks.

    One that has them can be closed instead: ringback services set NAME mode=CLOSED
    """
    ask(lambda on: catalog.delete(on.database, on.clock, on.actor, name))
    say(f"The service {name!r} is removed.")


def _why_no_slots(service: Service, days: int) -> str:
    if not service.mode.takes_callbacks:
        return f"{service.name!r} is {service.mode} and takes no callbacks."
    if not service.is_scheduled_enabled:
        return f"{service.name!r} takes no callbacks for a chosen time (is_scheduled_enabled)."
    return f"{service.name!r} is not open within {days * 24} hours."


def _slot_row(slot: slots.FreeSlot, zone: ZoneInfo) -> list[Text | str]:
    starts, ends = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
    free = "any" if slot.free is None else str(slot.free)
    capacity = "any" if slot.capacity is None else str(slot.capacity)
    return [f"{starts:%a %Y-%m-%d %H:%M}", f"{ends:%H:%M}", Text(free, style="red" if slot.free == 0 else ""), capacity]


async def _check_number(on: Installation, name: str, number: str) -> NumberCheck:
    return number_checks.check(await catalog.get(on.database, name), number, on.clock.now())


def _show_check(found: NumberCheck) -> None:
    say(f"{found.phone_number} {'may' if found.is_permitted else 'may not'} be called.")
    marks = {True: Text("yes", style="green"), False: Text("no", style="red")}
    say(table(("", "", ""), [(rule.rule, marks[rule.is_passed], rule.text) for rule in found.reasons]))
    if found.time_zones:
        say(f"Time zones: {', '.join(found.time_zones)}")
    if found.next_allowed_at is not None and not found.calling_allowed_now:
        say(f"May be called next: {time_text(found.next_allowed_at)}")


def _chosen(texts: list[str]) -> ServiceChoices:
    values: dict[str, object] = {}
    for name, text in assignments(texts).items():
        if text == "" and name in NULLABLE:
            values[name] = None
        else:
            values[name] = json_value(text) if name in DOCUMENTS else text
    return as_struct(values, ServiceChoices)


async def _all_with_status(on: Installation) -> list[tuple[Service, ServiceStatus]]:
    services = await catalog.list_all(on.database)
    statuses = await asyncio.gather(*(standing.status(on.database, on.clock, service.name) for service in services))
    return list(zip(services, statuses, strict=True))


def _row(service: Service, status: ServiceStatus) -> list[Text | str]:
    logged_in = sum(status.agents[presence] for presence in LOGGED_IN)
    wait = status.estimated_wait
    return [
        marked_practice(service.name, service.is_practice),
        service.mode if service.mode is Mode.RUNNING else Text(service.mode, style="yellow"),
        str(status.scheduled),
        str(status.waiting),
        str(status.routing),
        str(status.processing),
        f"{status.agents[Presence.READY]} of {logged_in}",
        "" if wait is None else duration_text(wait.point),
    ]


def _show(service: Service) -> None:
    say(marked_practice(service.name, service.is_practice))
    say(fields(setting_lines(service)))

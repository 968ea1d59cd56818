"""The time zones of the world as a menu that one can type in."""

from functools import cache
from zoneinfo import available_timezones

from bot.prompt_library import Words
from bot.surfaces.picks import Choice, ChoiceGroup

REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
PER_GROUP = 100
"""Slack takes 100 options in a group, and 100 groups: enough for every zone there is."""


def zone_groups(own: str, words: Words) -> list[ChoiceGroup]:
    """Every zone by part of the world, with the reader's own first. Values are IANA names."""
    groups = [ChoiceGroup(words.plain("modals.zones.own"), [_choice(own)])]
    for region, names in _zones():
        others = [name for name in names if name != own]
        for start in range(0, len(others), PER_GROUP):
            some = others[start : start + PER_GROUP]
            groups.append(ChoiceGroup(_heading(region, some, len(others), words), [*map(_choice, some)]))
    return groups


def is_zone(name: str) -> bool:
    """Whether this machine knows the zone. What is offered is known; a workspace may tell of others."""
    return name in _known()


@cache
def _known() -> frozenset[str]:
    """Read once: it goes through all files of zones that there are."""
    return frozenset(available_timezones())


@cache
def _zones() -> tuple[tuple[str, tuple[str, ...]], ...]:
    names = sorted(_known())
    regions = ((region, tuple(n for n in names if n.startswith(f"{region}/"))) for region in REGIONS)
    return (*regions, ("UTC", ("UTC",)))


def _choice(name: str) -> Choice:
    return Choice(name, name.replace("_", " "))


def _heading(region: str, names: list[str], count: int, words: Words) -> str:
    heading = words.plain(f"modals.zones.{region.lower()}")
    if count <= PER_GROUP:
        return heading
    first, last = (name.partition("/")[2].replace("_", " ") for name in (names[0], names[-1]))
    return words.plain("modals.zones.part", region=heading, first=first, last=last)

"""Who is in the workspace of an end-to-end test, and how the form of a new set is filled in.

Six members in six zones, somebody who facilitates from outside the set, and a bystander who belongs to the
channel but not to the set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.rehearsal.model import Conversation
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack

ZONES: Mapping[str, str] = {
    "ama": "Africa/Accra",
    "ben": "Europe/London",
    "carla": "America/Bogota",
    "dev": "Asia/Kolkata",
    "elif": "Europe/Istanbul",
    "fumi": "Asia/Tokyo",
    "grace": "Africa/Nairobi",
    "oscar": "Europe/Paris",
}
SIX = ("ama", "ben", "carla", "dev", "elif", "fumi")
FACILITATOR = "grace"
BYSTANDER = "oscar"
SET_ZONE = "Europe/London"


@dataclass(frozen=True)
class Place:
    """Everybody, and the channels: `channel` is private, `open_channel` is public; all are in both."""

    people: Mapping[str, Person]
    channel: Conversation
    open_channel: Conversation


def populate(slack: LocalSlack) -> Place:
    """Put everybody and both channels into a local Slack."""
    people = {name: slack.add_person(name, tz=zone) for name, zone in ZONES.items()}
    everybody = list(people.values())
    return Place(
        people=people,
        channel=slack.add_channel("learning-set", everybody, is_private=True),
        open_channel=slack.add_channel("open-floor", everybody),
    )


def new_set_form(
    place: Place,
    first_meeting_at: datetime,
    *,
    name: str = "Northern heads",
    channel: Conversation | None = None,
    members: Sequence[str] = SIX,
    facilitator: str | None = FACILITATOR,
    clock: str = "90x1",
    every_weeks: int = 4,
    pairs: bool = False,
    zone: str = SET_ZONE,
    call_link: str | None = None,
) -> dict[str, Any]:
    """What to type into the form of `/als new`. The first meeting is an aware instant, to the minute."""
    local = first_meeting_at.astimezone(ZoneInfo(zone))
    length, _, turns = clock.partition("x")
    filled = {
        "name": name,
        "channel": (channel or place.channel).id,
        "members": [place.people[one].id for one in members],
        "facilitator": place.people[facilitator].id if facilitator else None,
        "first_date": local.date().isoformat(),
        "first_time": f"{local:%H:%M}",
        "zone": zone,
        "every_weeks": str(every_weeks),
        "length": length,
        "turns": turns,
        "call_link": call_link,
    }
    return filled | ({"pairs": ["yes"]} if pairs else {})

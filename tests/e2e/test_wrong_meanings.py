"""Answers that are well formed and make no sense: each is told beside its field, and nothing is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any

from bot.domain.rejections import Reason
from bot.prompt_library import Line
from bot.rehearsal.form_values import Values
from bot.rehearsal.people import Person
from bot.rehearsal.view_desk import OpenView
from bot.storage.tables import learning_sets
from bot.surfaces.ids import Action
from bot.surfaces.names import listed
from tests.e2e.bots import library
from tests.e2e.people import FACILITATOR
from tests.e2e.tour import Tour
from tests.e2e.watching import Watch
from tests.e2e.world import World
from tests.surfaces.form_cases import good_values

LANGUAGE = library().language("en")
WORDS = LANGUAGE.words
CLOCKS = LANGUAGE.format("classic").clocks
ERROR = "modals.error"
NEW = "modals.create_set"


@dataclass(frozen=True)
class Wrong:
    """What was entered in some fields, and the sentence that is told beside one of them."""

    entered: Mapping[str, Any]
    block_id: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def told(self) -> dict[str, str]:
        """The errors that Slack is to show."""
        return {self.block_id: WORDS.plain(self.key, **self.values)}


async def test_a_set_that_cannot_be_is_not_made(forgers_world: World) -> None:
    world = forgers_world
    tour, oscar = Tour(world), world.person("oscar")
    cases = [*wrong_people(world), *wrong_channels(world), *wrong_times(world), *wrong_clocks()]
    await oscar.command("/als new", world.place.open_channel)
    view = await oscar.see_modal()

    assert await misread(tour, oscar, view, cases) == []

    act = await tour.send(oscar, view, good_values(view.document, tour.samples))
    assert act.errors == {}
    assert len(await world.rows(learning_sets)) == 1


def wrong_people(world: World) -> Iterable[Wrong]:
    """Members that are too few, too many, doubled, unknown, bots or gone; and such facilitators."""
    slack = world.slack
    robot = slack.add_person("robot", is_bot=True)
    gone = slack.add_person("gone", deleted=True)
    some = [world.person(name).id for name in ("ama", "ben")]
    crowd = [slack.add_person(f"many-{number}").id for number in range(13)]
    us = slack.workspace.bot
    yield Wrong({"members": some[:1]}, "members", f"{ERROR}.how_many_people", {"fewest": 2, "most": 12})
    yield Wrong({"members": crowd}, "members", f"{ERROR}.how_many_people", {"fewest": 2, "most": 12})
    yield Wrong({"members": [*some, some[0]]}, "members", f"{ERROR}.chosen_twice")
    yield Wrong({"members": [*some, "U0NOBODY"]}, "members", f"{NEW}.person_unknown")
    for odd, key in ((robot.account, "bots"), (us, "bots"), (gone.account, "deactivated")):
        names = listed([Line.of(odd.shown_name)], LANGUAGE)
        yield Wrong({"members": [*some, odd.id]}, "members", f"{NEW}.{key}", {"names": names})
        yield Wrong({"facilitator": odd.id}, "facilitator", f"{NEW}.{key}", {"names": names})


def wrong_channels(world: World) -> Iterable[Wrong]:
    """Channels that are unknown, none, archived, without the bot, or not to be seen by who asks."""
    slack, oscar = world.slack, world.person("oscar")
    without_bot = slack.add_channel("no-bot-here", [oscar], with_bot=False)
    archived = slack.add_channel("long-ago", [oscar])
    archived.is_archived = True
    of_others = slack.add_channel("of-others", [world.person("ama")], is_private=True)
    invite = {"bot": slack.workspace.bot.shown_name}
    for unseen in (without_bot.id, of_others.id, "C0NOWHERE"):
        yield Wrong({"channel": unseen}, "channel", f"{NEW}.bot_not_in_channel", invite)
    yield Wrong({"channel": slack.workspace.dm_with(oscar.id).id}, "channel", f"{ERROR}.malformed")
    yield Wrong({"channel": archived.id}, "channel", f"{NEW}.channel_archived")


def wrong_times(world: World) -> Iterable[Wrong]:
    """A first meeting in the past, by a day or by the minute, also where it is still to come elsewhere."""
    yesterday = (world.now - timedelta(days=1)).date().isoformat()
    today = world.now.date().isoformat()
    yield Wrong({"first_date": yesterday}, "first_date", f"{ERROR}.date_passed")
    for zone, clock in (("UTC", "09:00"), ("Asia/Tokyo", "17:59"), ("America/Bogota", "04:00")):
        at = {"first_date": today, "first_time": clock, "zone": zone}
        yield Wrong(at, "first_date", f"{ERROR}.date_passed")
    for zone in ("Mars/Phobos", "EST5EDT", ""):
        yield Wrong({"zone": zone}, "zone", f"{ERROR}.not_an_option")


def wrong_clocks() -> Iterable[Wrong]:
    """Each length with each number of turns that it has no room for; the sentence says what fits."""
    fitting = {(clock.length_minutes, clock.turns) for clock in CLOCKS}
    said = [WORDS.rich(f"{NEW}.clock", length=clock.length_minutes, count=clock.turns) for clock in CLOCKS]
    for length, turns in product(sorted({one for one, _ in fitting}), sorted({one for _, one in fitting})):
        if (length, turns) not in fitting:
            chosen = {"length": str(length), "turns": str(turns)}
            yield Wrong(chosen, "turns", f"{NEW}.no_such_clock", {"clocks": listed(said, LANGUAGE)})


async def test_a_channel_that_has_a_set_takes_no_second_one(world: World) -> None:
    await world.new_set()
    tour, oscar = Tour(world), world.person("oscar")
    await oscar.command("/als new", world.place.channel)
    view = await oscar.see_modal()
    taken = Wrong({"channel": world.place.channel.id}, "channel", f"{NEW}.channel_taken")
    assert await misread(tour, oscar, view, [taken]) == []


async def test_between_meetings_nothing_that_makes_no_sense_is_taken(forgers_world: World) -> None:
    world = forgers_world
    await world.new_set()
    world.slack.add_person("robot", is_bot=True)
    world.slack.add_person("gone", deleted=True)
    ids = {name: world.slack.person(name).id for name in ("ben", "oscar", "robot", "gone")}
    yesterday, now = world.now - timedelta(days=1), world.now
    cases = {
        ("ama", "/als move"): [
            Wrong({"date": yesterday.date().isoformat()}, "date", f"{ERROR}.date_passed"),
            Wrong({"date": f"{now:%Y-%m-%d}", "time": f"{now:%H:%M}"}, "date", f"{ERROR}.date_passed"),
        ],
        ("ben", "/als swap"): [
            Wrong({"other": ids["ben"]}, "other", f"{ERROR}.not_an_option"),
            Wrong({"other": ids["oscar"]}, "other", f"{ERROR}.not_an_option"),
        ],
        ("ben", "/als away"): [
            Wrong({"until": yesterday.date().isoformat()}, "until", f"{ERROR}.date_passed"),
            Wrong({"until": None}, "until", f"{ERROR}.required"),
        ],
        ("ama", "/als facilitator"): [
            Wrong({"facilitator": ids["robot"]}, "facilitator", f"{NEW}.bots", {"names": "Robot"}),
            Wrong({"facilitator": ids["gone"]}, "facilitator", f"{NEW}.deactivated", {"names": "Gone"}),
            Wrong({"facilitator": "U0NOBODY"}, "facilitator", f"{NEW}.person_unknown"),
        ],
    }
    tour = Tour(world)
    for (name, line), wrongs in cases.items():
        await world.command(name, line)
        assert await misread(tour, world.person(name), await world.person(name).see_modal(), wrongs) == []


async def test_in_a_meeting_nothing_that_makes_no_sense_is_taken(world: World) -> None:
    await world.running_meeting("bids", clock="90x2")
    tour, grace = Tour(world), world.person(FACILITATOR)
    await world.press(FACILITATOR, Action.CHOOSE_OWNERS)
    ama, ben = world.person("ama").id, world.person("ben").id
    owners = [
        Wrong({"turn_1": ama, "turn_2": ama, "why": "Both"}, "turn_2", "modals.owners.twice"),
        Wrong({"turn_1": ben, "turn_2": ama, "why": None}, "why", "modals.owners.why_missing"),
        Wrong({"turn_1": world.person("oscar").id}, "turn_1", f"{ERROR}.not_an_option"),
        Wrong({"turn_1": grace.id}, "turn_1", f"{ERROR}.not_an_option"),
    ]
    assert await misread(tour, grace, await grace.see_modal(), owners) == []
    await grace.close_modal()

    await world.lead_to("commitments")
    await world.press("ama", Action.RECORD_COMMITMENT)
    yesterday = (world.now - timedelta(days=1)).date().isoformat()
    late = Wrong({"due_on": yesterday}, "due_on", f"{ERROR}.date_passed")
    assert await misread(tour, world.person("ama"), await world.person("ama").see_modal(), [late]) == []


async def test_a_command_that_makes_no_sense_is_answered_and_changes_nothing(world: World) -> None:
    await world.new_set()
    ben = world.person("ben")
    typed = {
        f"swap <@{ben.id}|ben>": WORDS.plain(f"rejections.{Reason.CANNOT_SWAP}"),
        f"swap <@{world.person('oscar').id}|oscar>": WORDS.plain(f"rejections.{Reason.CANNOT_SWAP}"),
        "swap <@U0NOBODY>": WORDS.plain(f"rejections.{Reason.CANNOT_SWAP}"),
        "swap somebody": WORDS.plain("listeners.swap_whom", typed="somebody"),
        "away 2026-03-01": WORDS.plain(f"rejections.{Reason.DATE_PASSED}"),
        **{
            f"away {when}": WORDS.plain("listeners.away_when", typed=when)
            for when in ("2026-02-30", "0000-00-00", "9999-12-31", "tomorrow", "<!channel>")
        },
    }
    watch = await Watch.begin(world)
    acts = {line: await ben.command(f"/als {line}", world.place.channel) for line in typed}
    await world.settle()

    assert {line: ben.text_of(act.reply) for line, act in acts.items() if act.reply} == typed
    assert await watch.changed() == []
    assert watch.told() == []


async def misread(tour: Tour, person: Person, view: OpenView, cases: Iterable[Wrong]) -> list[str]:
    """Each of these that is not told as it should be; and what was written all the same."""
    watch = await Watch.begin(tour.world)
    found = []
    for case in cases:
        act = await tour.send(person, view, filled(tour, view, case.entered))
        if act.errors != case.told or person.modal is not view:
            found.append(f"{case}: {act.errors}")
    await tour.world.settle()
    return found + await watch.changed() + [call.method for call in watch.told()]


def filled(tour: Tour, view: OpenView, entries: Mapping[str, Any]) -> Values:
    """A good state but for these entries."""
    state = good_values(view.document, tour.samples)
    for block_id, entry in entries.items():
        (element,) = state[block_id].values()
        (key,) = element.keys() - {"type"}
        element[key] = {"value": entry} if key == "selected_option" else entry
    return state

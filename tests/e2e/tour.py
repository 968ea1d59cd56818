"""A tour of everything that people can press and fill in: two meetings of one set.

    async for stop in Tour(world).stops():
        for way in stop.ways:
            view = await tour.open(way)      # the modal, as its person sees it
            ...                              # whatever a test wants to try
            await tour.send(way, view, good) # the tour goes on from what was sent

Whoever takes the tour opens and sends every modal at its stop; what comes after builds on it. Ama (who
created the set), Ben and Carla are in; Dev has not answered, Elif has declined, Fumi leaves before the first
meeting.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.rehearsal.acts import Act
from bot.rehearsal.form_values import Values
from bot.rehearsal.people import Person
from bot.rehearsal.view_desk import OpenView
from bot.surfaces.ids import Action, Callback
from tests.e2e.people import FACILITATOR
from tests.e2e.world import OPENS_BEFORE, World
from tests.surfaces.form_cases import Samples

PRESENT = ("ama", "ben", "carla")
OWNER = "the owner"
CALL = "https://call.example.org/room?pwd=a&b"


@dataclass(frozen=True)
class Way:
    """How somebody comes to a modal: by a button or by a command."""

    callback: Callback
    who: str
    by: Action | str
    private: bool = False
    sends: bool = True
    """Whether there is anything to send off."""


@dataclass(frozen=True)
class Stop:
    """A moment at which there is something new to press or to fill in."""

    name: str
    ways: Sequence[Way] = field(default=())


BETWEEN = Stop(
    "between meetings",
    (
        Way(Callback.PRIVACY, "fumi", "/als privacy", sends=False),
        Way(Callback.CHANGE_FACILITATOR, "ama", "/als facilitator"),
        Way(Callback.SWAP, "ben", "/als swap"),
        Way(Callback.GO_AWAY, "fumi", "/als away"),
        Way(Callback.GO_AWAY, "fumi", "/als away"),
        Way(Callback.LEAVE_SET, "fumi", "/als leave"),
        Way(Callback.MOVE_MEETING, "ama", "/als move"),
        Way(Callback.CANCEL_MEETING, "ama", "/als cancel"),
    ),
)
OUT_OF_REACH = Stop("out of reach")
BIDS = Stop(
    "bids",
    (
        Way(Callback.PLACE_BID, "carla", Action.PLACE_BID),
        Way(Callback.PLACE_BID, "carla", Action.PLACE_BID),
        Way(Callback.CHOOSE_OWNERS, FACILITATOR, Action.CHOOSE_OWNERS),
    ),
)
CLARIFICATION = Stop(
    "clarification",
    (
        Way(Callback.ASK_QUESTION, "carla", Action.ASK_QUESTION),
        Way(Callback.EDIT_QUESTION, "carla", Action.EDIT_QUESTION),
        Way(Callback.CORRECT_PRESENCE, FACILITATOR, Action.CORRECT_PRESENCE),
        Way(Callback.STRETCH, FACILITATOR, Action.STRETCH),
        Way(Callback.HAND_OVER, FACILITATOR, Action.HAND_OVER, sends=False),
    ),
)
PAUSED = Stop("a pause")
ENDING_OFFERED = Stop("after a pause", (Way(Callback.GO_BACK, FACILITATOR, Action.GO_BACK),))
COMMITMENTS = Stop(
    "commitments",
    (
        Way(Callback.COMMITMENT, OWNER, Action.RECORD_COMMITMENT),
        Way(Callback.COMMITMENT, OWNER, Action.EDIT_COMMITMENT),
        Way(Callback.NO_COMMITMENT, FACILITATOR, Action.NO_COMMITMENT),
        Way(Callback.NOTE_TAKEAWAY, "carla", Action.NOTE_TAKEAWAY),
        Way(Callback.NOTE_TAKEAWAY, "carla", Action.NOTE_TAKEAWAY),
    ),
)
LEARNING_REVIEW = Stop(
    "learning review",
    (
        Way(Callback.WRITE_LEARNING, "carla", Action.WRITE_LEARNING),
        Way(Callback.WRITE_LEARNING, OWNER, Action.WRITE_LEARNING),
        Way(Callback.END, FACILITATOR, "/als end"),
    ),
)
REPORT_BACKS = Stop(
    "report-backs of the second meeting",
    (
        Way(Callback.FILE_REPORT, OWNER, Action.FILE_REPORT),
        Way(Callback.FILE_REPORT, OWNER, Action.FILE_REPORT),
    ),
)
SECOND_TURN = Stop("clarification of the second meeting")
END = Stop(
    "the end",
    (
        Way(Callback.END, "ama", "/als end"),
        Way(Callback.CREATE_SET, "oscar", "/als new", private=True),
    ),
)


class Tour:
    """See the head of this file."""

    def __init__(self, world: World, name: str = "Northern heads") -> None:
        self.world = world
        self.name_of_set = name
        self._owner = ""

    @property
    def samples(self) -> Samples:
        """What good answers may name."""
        people = [self.world.person(name).id for name in ("ama", "ben", "carla", "dev")]
        return Samples(people=people, channel=self.world.place.open_channel.id, day=date(2026, 5, 20))

    async def stops(self) -> AsyncIterator[Stop]:
        """From the invitation to the end of the set."""
        world = self.world
        await world.new_set(accepted=(), name=self.name_of_set, call_link=CALL)
        yield Stop("invitation")
        await self._answer_invitation()
        async for stop in self._out_of_reach():
            yield stop
        yield BETWEEN
        await world.move_to((await world.meeting()).starts_at - OPENS_BEFORE)
        yield Stop("board before the start")
        async for stop in self._first_meeting():
            yield stop
        await world.begin_meeting(FACILITATOR, PRESENT)
        await world.lead_to("report-backs")
        await world.press(FACILITATOR, Action.MOVE_ON)
        yield REPORT_BACKS
        await world.lead_to("clarification")
        yield SECOND_TURN
        await world.press(FACILITATOR, Action.END_MEETING)
        await world.press(FACILITATOR, Action.END_MEETING)
        yield END

    async def open(self, way: Way) -> OpenView:
        """Press the button or type the command, and wait for the modal."""
        name = self.name(way)
        if isinstance(way.by, Action):
            await self.world.press(name, way.by)
        else:
            await self.world.command(name, way.by, private=way.private)
        return await self.person(way).see_modal()

    async def send(self, person: Person, view: OpenView, values: Values) -> Act:
        """Send a modal off with exactly this state, whether Slack's client would let it pass or not."""
        view.values = values
        act = person.forge_submission(values, view=view)
        await self.world.at_once(act)
        return act

    async def close(self, way: Way) -> None:
        """Let what was sent take effect, and leave no modal open."""
        await self.world.settle()
        if self.person(way).modal is not None:
            await self.person(way).close_modal(all_of_them=True)

    def person(self, way: Way) -> Person:
        """Who takes this way."""
        return self.world.person(self.name(way))

    def name(self, way: Way) -> str:
        """The name of whoever takes this way."""
        return self._owner if way.who == OWNER else way.who

    async def _answer_invitation(self) -> None:
        world = self.world
        joining = [world.pressing(name, Action.ACCEPT_INVITATION) for name in (*PRESENT, "fumi")]
        await world.at_once(*joining, world.pressing("elif", Action.DECLINE_INVITATION))
        await world.settle()

    async def _out_of_reach(self) -> AsyncIterator[Stop]:
        """The channel is shared with another organisation, and one of the set leaves it and comes back."""
        world, channel = self.world, self.world.place.channel.id
        ben = world.person("ben").id
        world.slack.workspace.leave(channel, ben)
        world.slack.workspace.share(channel, "T0OTHER00")
        await world.settle()
        yield OUT_OF_REACH
        await world.press(FACILITATOR, Action.GO_ON)
        world.slack.workspace.unshare(channel, "T0OTHER00")
        world.slack.workspace.join(channel, ben)
        await world.settle()

    async def _first_meeting(self) -> AsyncIterator[Stop]:
        world = self.world
        await world.begin_meeting(FACILITATOR, PRESENT)
        await world.lead_to("bids")
        yield BIDS
        await world.lead_to("clarification")
        await self._find_owner()
        yield CLARIFICATION
        await world.press(FACILITATOR, Action.PAUSE)
        yield PAUSED
        await world.pass_time(minutes=3)
        await world.press(FACILITATOR, Action.RESUME)
        yield ENDING_OFFERED
        await world.lead_to("commitments")
        yield COMMITMENTS
        await world.lead_to("learning-review")
        yield LEARNING_REVIEW
        await world.pass_time(minutes=1)
        await world.move_to((await world.meeting()).starts_at - timedelta(days=4))
        await world.home(self._owner)

    async def _find_owner(self) -> None:
        owner = (await self.world.meeting()).turns[0].unit_id
        self._owner = next(name for name in PRESENT if self.world.person(name).id == owner)


WAYS = tuple(
    way
    for stop in (
        BETWEEN,
        BIDS,
        CLARIFICATION,
        ENDING_OFFERED,
        COMMITMENTS,
        LEARNING_REVIEW,
        REPORT_BACKS,
        END,
    )
    for way in stop.ways
)
"""Every modal, and every way in which it is drawn with other fields."""

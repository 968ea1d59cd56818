"""What each event posts: every event has an expectation here, be it silence."""

import re
from collections.abc import Mapping
from functools import cache

import pytest

from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.learning_set import LearningSet
from bot.outgoing import Message
from bot.surfaces.announce import ANNOUNCERS
from bot.surfaces.scene import Scene, Step
from tests import factories as f
from tests.factories import AMA, CHANNEL, Happened, Play
from tests.surfaces.chronicle import OTHER_CHANNEL, lived

SILENT: tuple[str, ...] = ()
EVENTS = [
    kind
    for kind in vars(e).values()
    if isinstance(kind, type) and issubclass(kind, e.Event) and kind is not e.Event
]

ON_THE_BOARD = frozenset(
    {
        e.BoardOpened,
        e.MeetingStarted,
        e.StageEntered,
        e.StageTimeUp,
        e.StageStretched,
        e.MeetingPaused,
        e.MeetingResumed,
        e.EndingOffered,
        e.EndingChosen,
        e.FacilitatorHandedOver,
        e.PresenceSet,
        e.OwnersChosen,
        e.QuestionAsked,
        e.QuestionEdited,
        e.QuestionSettled,
        e.QuestionWithdrawn,
        e.ReportSkipped,
        e.LearningWritten,
        e.LearningShown,
        e.MeetingClosed,
    }
)
"""Events of which the board shows something."""

EXPECTED: Mapping[type[e.Event], tuple[str, ...]] = {
    e.SetCreated: ("set:s1:invitation", "dm:s1:U1AMA:created"),
    e.InvitationAccepted: ("set:s1:invitation",),
    e.InvitationDeclined: ("dm:s1:U1AMA:declined:U6FELA",),
    e.MemberJoined: (r"set:s1:joined:U8NIA:\d+",),
    e.MemberLeft: (r"set:s1:left:U8NIA:\d+",),
    e.FacilitatorChanged: (r"set:s1:facilitator:\d+",),
    e.SetEnded: ("set:s1:invitation", r"set:s1:ended:\d+"),
    e.MeetingScheduled: SILENT,
    e.MeetingMoved: (
        r"set:s1:moved:\d+",
        *(f"dm:s1.2:{person}:report:{rung}" for person in ("U1AMA", "U2BEN") for rung in (1, 2)),
        *(f"dm:s1.2:{person}:owner" for person in ("U4DEE", "U5EVA")),
    ),
    e.MeetingCancelled: (r"set:s1:cancelled:\d+",),
    e.TurnSkipped: ("dm:s1.2:U3CHIDI:owner",),
    e.PlacesSwapped: ("dm:s1:U5EVA:swap:U4DEE:2",),
    e.PersonWentAway: SILENT,
    e.PersonCameBack: SILENT,
    e.PersonUpdated: SILENT,
    e.SetHindered: (r"dm:s1:U7GUIDE:hindered:\d+",),
    e.SetUnhindered: (r"dm:s1:U7GUIDE:hindered:\d+", r"set:s1:on:\d+"),
    e.ChannelChanged: (r"set:s1:here:\d+",),
    e.PersonHindered: (r"dm:s1:U7GUIDE:gone:U2BEN:\d+",),
    e.PersonUnhindered: SILENT,
    e.ChannelLeft: (r"dm:s1:U3CHIDI:left:\d+",),
    e.ReportBackAsked: ("dm:s1.2:U1AMA:report:1",),
    e.ProposedOwnerTold: ("dm:s1.2:U3CHIDI:owner",),
    e.BoardOpened: SILENT,
    e.MeetingStarted: ("meeting:s1.1:opening",),
    e.StageEntered: ("meeting:s1.1:stage:1",),
    e.StageTimeUp: SILENT,
    e.StageOverrun: (r"meeting:s1.1:overrun:\d+",),
    e.StageStretched: (r"meeting:s1.1:stretched:\d+",),
    e.MeetingPaused: SILENT,
    e.MeetingResumed: SILENT,
    e.EndingOffered: ("dm:s1.2:U7GUIDE:ending:300",),
    e.EndingChosen: ("dm:s1.2:U7GUIDE:ending:300",),
    e.FacilitatorHandedOver: (r"meeting:s1.2:handed:\d+",),
    e.PresenceSet: SILENT,
    e.BidPlaced: ("meeting:s1.2:bids",),
    e.BidWithdrawn: ("meeting:s1.2:bids",),
    e.OwnersChosen: ("meeting:s1.1:owners",),
    e.TurnCounted: SILENT,
    e.QuestionAsked: ("meeting:s1.1:question:id1",),
    e.QuestionEdited: ("meeting:s1.1:question:id1",),
    e.QuestionWithdrawn: ("meeting:s1.1:question:id3",),
    e.QuestionsReleased: ("meeting:s1.1:question:id3",),
    e.QuestionSettled: SILENT,
    e.CommitmentRecorded: ("meeting:s1.1:none:1", "meeting:s1.1:commitment:c1"),
    e.CommitmentEdited: ("meeting:s1.1:commitment:c1",),
    e.CommitmentWithdrawn: ("meeting:s1.1:commitment:c2",),
    e.NoCommitmentRecorded: ("meeting:s1.1:none:1",),
    e.ReportFiled: ("dm:s1.2:U1AMA:report:1", "dm:s1.2:U1AMA:report:2"),
    e.ReportSkipped: (
        "dm:s1.2:U2BEN:report:1",
        "dm:s1.2:U2BEN:report:2",
        "meeting:s1.2:reports",
    ),
    e.TakeawayNoted: ("meeting:s1.1:takeaways:1",),
    e.TakeawayWithdrawn: ("meeting:s1.1:takeaways:1",),
    e.LearningWritten: SILENT,
    e.LearningShown: ("meeting:s1.1:learning",),
    e.MeetingClosed: (
        "meeting:s1.1:summary",
        "dm:s1.1:U1AMA:questions",
        "dm:s1.1:U1AMA:commitment",
        "dm:s1.1:U2BEN:commitment",
    ),
}


@cache
def chronicle() -> Play:
    return lived()


def first(kind: type[e.Event]) -> Happened:
    return next(step for step in chronicle().happened if isinstance(step.event, kind))


def step(happened: Happened) -> Step:
    def scene(learning_set: LearningSet) -> Scene:
        return Scene(learning_set, f.english(), f.english().format("classic"), happened.now)

    before = scene(happened.before) if happened.before else None
    return Step(before, scene(happened.after), scene(happened.final), happened.events)


def test_every_event_has_an_expectation_and_a_place_in_the_table() -> None:
    assert set(EVENTS) == set(EXPECTED)
    assert set(EVENTS) == set(ANNOUNCERS)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_an_event_posts_what_is_expected_of_it(kind: type[e.Event]) -> None:
    happened = first(kind)
    told = [out for announcer in ANNOUNCERS[kind] for out in announcer(happened.event, step(happened))]
    keys = [each.key for each in told]
    assert len(keys) == len(EXPECTED[kind]), keys
    for key, expected in zip(keys, EXPECTED[kind], strict=True):
        assert re.fullmatch(expected, key)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_the_board_shows_what_is_expected_of_it(kind: type[e.Event]) -> None:
    happened = first(kind)
    board = any(each.key.endswith(":board") for each in happened.told)
    others = {type(event) for event in happened.events} - {kind}
    assert board == (kind in ON_THE_BOARD or bool(others & ON_THE_BOARD))


def test_the_board_is_posted_once_for_a_command_of_many_events() -> None:
    play = f.running_meeting()
    keys = [each.key for each in play.to("problem", 1)]
    assert keys.count("meeting:s1.1:board") == 1
    assert keys[0] == "meeting:s1.1:board"


def test_nothing_is_posted_when_nothing_happened() -> None:
    play = f.running_meeting()
    assert play.wait(seconds=1) == []


def test_each_message_of_a_meeting_stands_in_the_thread_of_its_board() -> None:
    outside = []
    for each in chronicle().said:
        if not each.key.startswith("meeting:") or not isinstance(each, Message):
            continue
        board = f"{':'.join(each.key.split(':')[:2])}:board"
        if board not in (each.key, each.thread_key):
            outside.append(each.key)
    assert outside == []


def test_only_the_first_and_the_last_post_of_a_thread_are_shown_in_the_channel() -> None:
    broadcast = {each.key for each in chronicle().said if isinstance(each, Message) and each.broadcast}
    assert broadcast == {
        "meeting:s1.1:opening",
        "meeting:s1.1:summary",
        "meeting:s1.2:opening",
        "meeting:s1.2:summary",
    }


def test_dms_go_to_the_person_and_everything_else_to_the_channel() -> None:
    for each in chronicle().said:
        expected = {each.key.split(":")[2]} if each.key.startswith("dm:") else {CHANNEL, OTHER_CHANNEL}
        assert getattr(each, "conversation", None) in expected


def test_the_same_state_announces_the_same() -> None:
    one, other = f.running_meeting(), f.running_meeting()
    assert one.to("bids") == other.to("bids")


def test_a_change_of_the_board_changes_the_ids_of_its_blocks() -> None:
    play = f.running_meeting()
    before = play.to("clarification", 1)[0]
    play.do(c.AskQuestion, AMA, id="q", text="Who else?", begun_in="clarification", turn=1)
    after = play.said[-2]
    assert before.key == after.key
    assert isinstance(before, Message)
    assert isinstance(after, Message)
    changed = {b["block_id"] for b in after.blocks} - {b["block_id"] for b in before.blocks}
    assert changed

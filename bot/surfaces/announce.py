"""From what has happened to what is posted. A new message is one function and its words, entered in the table
below.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain import events as e
from bot.domain.evolve import evolve_all
from bot.domain.formats import Format
from bot.domain.learning_set import LearningSet
from bot.outgoing import Message, Outgoing
from bot.prompt_library import Language
from bot.surfaces import (
    between,
    bids,
    channel,
    commitments,
    farewells,
    hindrances,
    invitation,
    learning,
    private_words,
    questions,
    summary,
    thread,
)
from bot.surfaces.board import board, board_parts, is_up
from bot.surfaces.parts import Part
from bot.surfaces.scene import Scene, Step

Announcer = Callable[[Any, Step], Iterator[Outgoing]]


def silent(_event: e.Event, _step: Step) -> Iterator[Outgoing]:
    """Nothing is posted; what the board shows of it changes by itself."""
    yield from ()


ANNOUNCERS: Mapping[type[e.Event], Sequence[Announcer]] = {
    e.SetCreated: (invitation.created,),
    e.InvitationAccepted: (invitation.accepted,),
    e.InvitationDeclined: (invitation.declined,),
    e.MemberJoined: (channel.joined,),
    e.MemberLeft: (channel.left,),
    e.FacilitatorChanged: (channel.facilitator_changed,),
    e.SetEnded: (channel.ended,),
    e.MeetingScheduled: (silent,),
    e.MeetingMoved: (channel.moved, between.dates_changed),
    e.MeetingCancelled: (channel.cancelled,),
    e.TurnSkipped: (between.turn_skipped,),
    e.PlacesSwapped: (between.places_swapped,),
    e.PersonWentAway: (silent,),
    e.PersonCameBack: (silent,),
    e.PersonUpdated: (silent,),
    e.SetHindered: (hindrances.set_hindered,),
    e.SetUnhindered: (hindrances.set_unhindered,),
    e.ChannelChanged: (hindrances.channel_changed,),
    e.PersonHindered: (hindrances.person_hindered,),
    e.PersonUnhindered: (silent,),
    e.ChannelLeft: (hindrances.channel_left,),
    e.ReportBackAsked: (between.report_asked,),
    e.ProposedOwnerTold: (between.owner_told,),
    e.BoardOpened: (silent,),
    e.MeetingStarted: (thread.started,),
    e.StageEntered: (thread.stage_entered,),
    e.StageTimeUp: (silent,),
    e.StageOverrun: (private_words.overrun,),
    e.StageStretched: (thread.stretched,),
    e.MeetingPaused: (silent,),
    e.MeetingResumed: (silent,),
    e.EndingOffered: (private_words.ending_offered,),
    e.EndingChosen: (private_words.ending_chosen,),
    e.FacilitatorHandedOver: (private_words.handed_over,),
    e.PresenceSet: (silent,),
    e.BidPlaced: (bids.bids_changed,),
    e.BidWithdrawn: (bids.bids_changed,),
    e.OwnersChosen: (bids.owners_chosen,),
    e.TurnCounted: (silent,),
    e.QuestionAsked: (questions.asked,),
    e.QuestionEdited: (questions.edited,),
    e.QuestionWithdrawn: (questions.withdrawn,),
    e.QuestionsReleased: (questions.released,),
    e.QuestionSettled: (silent,),
    e.CommitmentRecorded: (commitments.recorded,),
    e.CommitmentEdited: (commitments.edited, farewells.completed),
    e.CommitmentWithdrawn: (commitments.withdrawn,),
    e.NoCommitmentRecorded: (commitments.none_recorded,),
    e.ReportFiled: (between.report_filed,),
    e.ReportSkipped: (between.report_skipped,),
    e.TakeawayNoted: (learning.takeaways_changed,),
    e.TakeawayWithdrawn: (learning.takeaways_changed,),
    e.LearningWritten: (learning.written,),
    e.LearningShown: (learning.shown,),
    e.MeetingClosed: (summary.closed,),
}


def announce(
    before: LearningSet | None,
    events: Sequence[e.Event],
    after: LearningSet,
    now: datetime,
    language: Language,
    format: Format,  # noqa: A002 -- the word of the house
) -> list[Outgoing]:
    """Every message that these events bring about: the board first and at most once, then in order of events.

    Pure. Of several messages with the same key the last state wins, in the place of the first.
    """

    def scene(learning_set: LearningSet) -> Scene:
        return Scene(learning_set, language, format, now)

    steps = _steps(scene(before) if before else None, events, scene(after), scene)
    boards = _board(steps)
    told = [out for step, event in zip(steps, events, strict=True) for out in _told(event, step)]
    return _last_wins([*boards, *told])


def _told(event: e.Event, step: Step) -> Iterator[Outgoing]:
    for announcer in ANNOUNCERS[type(event)]:
        yield from announcer(event, step)


def _steps(
    before: Scene | None, events: Sequence[e.Event], final: Scene, scene: Callable[[LearningSet], Scene]
) -> list[Step]:
    """The way from before to after, one event at a time: a meeting that closes is replaced by the next in the
    same moment.
    """
    steps: list[Step] = []
    for event in events:
        after = scene(evolve_all(before.learning_set if before else None, (event,)))
        steps.append(Step(before, after, final, events))
        before = after
    return steps


def _board(steps: Sequence[Step]) -> list[Message]:
    """The board of the meeting that was up, or has come up, when it shows something else than before.

    When a set goes on, it is put up once more, as what waited to be sent may have been dropped.
    """
    scenes = [step.after for step in steps if step.after.learning_set.meeting is not None]
    first = steps[0].before if steps else None
    if first is not None and first.learning_set.meeting is not None:
        scenes.insert(0, first)
    up = next((scene for scene in scenes if is_up(scene.meeting)), None)
    if up is None:
        return []
    last = [scene for scene in scenes if scene.meeting.id == up.meeting.id][-1]
    parts = board_parts(last)
    same = first is up and _show_the_same(first, last, parts)
    goes_on = any(isinstance(event, e.SetUnhindered) for step in steps[:1] for event in step.events)
    return [] if same and not goes_on else [board(last, parts)]


def _show_the_same(first: Scene, last: Scene, parts: tuple[Part, ...]) -> bool:
    """Whether the board needs no update. All its buttons carry the version: where that is new, it does."""
    if first.meeting.version != last.meeting.version or first.board_key != last.board_key:
        return False
    return board_parts(first) == parts


def _last_wins(messages: Sequence[Outgoing]) -> list[Outgoing]:
    return list({message.key: message for message in messages}.values())

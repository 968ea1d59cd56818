"""Who asks for time, who is proposed, and who has the turns of this meeting."""

from collections.abc import Iterator

from bot.domain.events import BidPlaced, BidWithdrawn, OwnersChosen
from bot.domain.learning_set import Meeting, Turn
from bot.domain.machine import BIDS
from bot.domain.turns import CHOSEN, proposals
from bot.outgoing import Message, Outgoing
from bot.prompt_library import Line
from bot.surfaces.parts import bullets, in_thread, said, share, short
from bot.surfaces.scene import Scene, Step
from bot.surfaces.why import why_line


def proposes(meeting: Meeting) -> bool:
    """Whether the running stage settles who owns, and nothing is settled yet."""
    return meeting.stage == BIDS and not meeting.turns


def proposal_lines(scene: Scene) -> list[Line]:
    """Who is proposed for each turn, and why."""
    return [why_line(scene.learning_set, each, scene.language) for each in proposals(scene.learning_set)]


def bids_changed(_event: BidPlaced | BidWithdrawn, step: Step) -> Iterator[Outgoing]:
    """One post for all bids. Those made before the meeting wait for the bids stage."""
    if not step.after.meeting.live:
        return
    post = bids_post(step.after)
    yield post if post is not None else _nobody(step.after)


def bids_post(scene: Scene) -> Message | None:
    """Everybody who asks for time, in their own line or after their report-back; None when nobody does."""
    bids = scene.meeting.bids
    lines = [
        scene.words.rich(
            "thread.bids.line", who=scene.called(bid.person), text=short(bid.line, share(len(bids)))
        )
        for bid in bids
    ]
    asking = dict.fromkeys(report.person for report in scene.learning_set.reports if report.airtime)
    lines += [
        scene.words.rich("thread.bids.after_report", who=scene.called(person))
        for person in asking
        if scene.meeting.bid_of(person) is None
    ]
    if not lines:
        return None
    return in_thread(scene, "bids", said(scene.words.rich("thread.bids.title")), bullets(lines), stage=BIDS)


def owners_chosen(_event: OwnersChosen, step: Step) -> Iterator[Outgoing]:
    """The turns of today, with the reason kept where somebody was chosen."""
    yield owners_post(step.after)


def owners_post(scene: Scene) -> Message:
    """One post for the turns of the meeting."""
    return in_thread(
        scene, "owners", said(scene.words.rich("thread.owners.settled"), *turn_lines(scene)), stage=BIDS
    )


def turn_lines(scene: Scene) -> list[Line]:
    """The turns of today and who owns them."""
    return [_turn(scene, turn) for turn in scene.meeting.turns]


def _turn(scene: Scene, turn: Turn) -> Line:
    owner = scene.unit(turn.unit_id)
    if turn.reason != CHOSEN:
        return scene.words.rich("thread.owners.proposed", turn=turn.number, owner=owner)
    if turn.why is None:
        return scene.words.rich("thread.owners.chosen", turn=turn.number, owner=owner)
    return scene.words.rich("thread.owners.chosen_why", turn=turn.number, owner=owner, why=turn.why)


def _nobody(scene: Scene) -> Message:
    return in_thread(scene, "bids", said(scene.words.rich("thread.bids.taken_back")), stage=BIDS)

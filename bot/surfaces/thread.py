"""The board's thread: its first post, one post per stage, and what the clock takes from somebody."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.events import MeetingStarted, StageEntered, StageStretched
from bot.domain.evolve import evolve
from bot.domain.formats import Part as StagePart
from bot.domain.machine import BIDS, REPORT_BACKS, Moment
from bot.domain.membership import next_meeting
from bot.domain.turns import proposals
from bot.outgoing import Outgoing
from bot.prompt_library import Line, Mention
from bot.surfaces import board_buttons as rows
from bot.surfaces.bids import bids_post, proposal_lines, proposes
from bot.surfaces.names import listed
from bot.surfaces.parts import Part, bullets, buttons, in_thread, said
from bot.surfaces.reports import gathered
from bot.surfaces.scene import Scene, Step


def started(_event: MeetingStarted, step: Step) -> Iterator[Outgoing]:
    """The first post, shown in the channel as well. The only one that mentions anybody, and each person once.

    The proposal is the one that the board showed before the start: hardly anybody is here yet.
    """
    scene, announced = step.after, step.before or step.after
    begins = scene.words.rich(
        "thread.opening.begins", set=scene.learning_set.name, number=scene.meeting.number
    )
    parts = (said(begins, *_mentions(scene, announced)), bullets(proposal_lines(announced)))
    yield in_thread(scene, "opening", *parts, broadcast=True, stage=step.final.meeting.stage)


def stage_entered(event: StageEntered, step: Step) -> Iterator[Outgoing]:
    """The stage's own post, and what it gathers."""
    scene = step.after
    yield in_thread(scene, f"stage:{scene.meeting.version}", *_stage_parts(scene, event))
    gathers = {REPORT_BACKS: gathered, BIDS: bids_post}.get(scene.meeting.stage or "")
    post = gathers(scene) if gathers else None
    if post is not None:
        yield post


def stretched(event: StageStretched, step: Step) -> Iterator[Outgoing]:
    """Only time taken from somebody else's turn is told, with their name; the board shows the rest."""
    scene = step.after
    if event.taken_from_turns:
        owners = listed([scene.owners(number) for number in event.taken_from_turns], scene.language)
        line = scene.words.rich(
            "thread.stretched.minutes",
            stage=Line.ours(scene.stage_words.name),
            owners=owners,
            count=event.minutes,
        )
        yield in_thread(scene, f"stretched:{int(event.stage_ends_at.timestamp())}", said(line))


def _mentions(scene: Scene, announced: Scene) -> Iterator[Line]:
    """Each person who has a part today, once."""
    words = scene.words
    units = [proposal.unit_id for proposal in proposals(announced.learning_set)]
    proposed = [person for unit in units for person in scene.learning_set.unit_people(unit)]
    if proposed:
        people = listed([Line.of(Mention(person)) for person in proposed], scene.language)
        yield words.rich("thread.opening.proposed", people=people)
    facilitator = scene.meeting.facilitator
    if facilitator is None:
        yield words.rich("thread.opening.nobody_facilitates")
    elif facilitator in proposed:
        yield words.rich("thread.opening.facilitates", person=scene.called(facilitator))
    else:
        yield words.rich("thread.opening.facilitates", person=Line.of(Mention(facilitator)))


def _stage_parts(scene: Scene, event: StageEntered) -> Iterator[Part | None]:
    words = scene.stage_words
    yield said(_entered(scene, event.back))
    yield bullets([Line.ours(rule) for rule in words.ground_rules])
    yield said(*_what_to_do(scene))
    yield bullets(proposal_lines(scene) if proposes(scene.meeting) else [])
    yield from _next_meeting(scene)
    yield buttons(*rows.ask(scene), *rows.of_the_stage(scene))


def _entered(scene: Scene, back: bool) -> Line:
    words = scene.stage_words
    values = {"stage": Line.ours(words.name), "purpose": Line.ours(words.purpose)}
    turn = scene.meeting.turn
    if turn is None:
        return scene.words.rich("thread.stage.back" if back else "thread.stage.entered", **values)
    key = "thread.stage.back_in_turn" if back else "thread.stage.entered_in_turn"
    return scene.words.rich(key, owner=scene.owners(turn.number), **values)


def _what_to_do(scene: Scene) -> Iterator[Line]:
    stage, turn = scene.stage_words, scene.meeting.turn
    if stage.check_in:
        yield scene.words.rich("thread.stage.check_in", question=Line.ours(stage.check_in))
        return
    yield scene.words.rich("thread.stage.everyone", words=Line.ours(stage.members))
    if turn is not None and scene.format.stage(scene.meeting.stage or "").part is StagePart.TURN:
        owner = scene.owners(turn.number)
        yield scene.words.rich("thread.stage.owner", owner=owner, words=Line.ours(stage.owner))


def _next_meeting(scene: Scene) -> Iterator[Part | None]:
    """In the last stage: what closing would schedule, so that it can be read out before people go."""
    meeting = scene.meeting
    if meeting.position + 1 < len(meeting.agenda):
        return
    scheduled = next_meeting(scene.learning_set, Moment(scene.now, scene.format))
    following = replace(scene, learning_set=evolve(scene.learning_set, scheduled))
    yield said(scene.words.rich("summary.next", start=following.date_time(following.meeting.starts_at)))
    yield bullets(proposal_lines(following))

"""DMs between meetings: prompts to report back, a word to who is proposed, a swap. Private, few, and never
twice the same.
"""

from collections.abc import Iterator
from dataclasses import replace

from slack_sdk.models.blocks import ButtonElement

from bot.domain.events import (
    MeetingMoved,
    PlacesSwapped,
    ProposedOwnerTold,
    ReportBackAsked,
    ReportFiled,
    ReportSkipped,
    TurnSkipped,
)
from bot.domain.learning_set import Commitment
from bot.domain.turns import proposals
from bot.outgoing import Message, Outgoing
from bot.prompt_library import Line, When, WhenStyle
from bot.surfaces import keys
from bot.surfaces.ids import Action
from bot.surfaces.parts import Part, button, buttons, direct, in_hours, said, short
from bot.surfaces.reports import gathered, outcome
from bot.surfaces.scene import Scene, Step
from bot.surfaces.values import Carried
from bot.surfaces.why import why_line

RUNGS = (1, 2)
"""At most two prompts for one report-back."""
SHOWN = 15
"""Commitments in one DM; who has more finds them on the Home tab."""
LISTED_TEXT = 150


def report_asked(event: ReportBackAsked, step: Step) -> Iterator[Outgoing]:
    """One DM that lists all open commitments of the person."""
    yield _prompt(step.after, event.person, event.rung)


def report_filed(event: ReportFiled, step: Step) -> Iterator[Outgoing]:
    """DMs that were sent show what is in; in the meeting, so does the post that gathers them."""
    commitments = step.after.learning_set.commitments
    unit_id = next((c.unit_id for c in commitments if c.id == event.report.commitment_id), "")
    for person in step.after.learning_set.unit_people(unit_id):
        yield from _prompts_again(step.after, person)
    yield from _gathered(step.after)


def report_skipped(event: ReportSkipped, step: Step) -> Iterator[Outgoing]:
    """DMs that were sent no longer ask; in the meeting, the number still to come falls."""
    yield from _prompts_again(step.after, event.skip.person)
    yield from _gathered(step.after)


def owner_told(event: ProposedOwnerTold, step: Step) -> Iterator[Outgoing]:
    """Privately, five days before, with the reason and a way to say "not this time"."""
    yield from _proposal(step.after, event.person)


def dates_changed(_event: MeetingMoved, step: Step) -> Iterator[Outgoing]:
    """DMs that were sent name the new date; nobody is told twice."""
    scene = step.after
    for member in scene.learning_set.active_members:
        if scene.learning_set.due_commitments(member.person):
            yield from _prompts_again(scene, member.person)
        for message in _proposal(scene, member.person):
            yield replace(message, update_only=True)


def turn_skipped(event: TurnSkipped, step: Step) -> Iterator[Outgoing]:
    """A DM that was sent no longer proposes anything."""
    scene = step.after
    for person in scene.learning_set.unit_people(event.skip.unit_id):
        line = scene.words.rich("between.owner.skipped", **_place(scene, person))
        message = direct(person, keys.direct(scene.meeting.id, person, "owner"), said(line))
        yield replace(message, update_only=True)


def places_swapped(event: PlacesSwapped, step: Step) -> Iterator[Outgoing]:
    """The unit whose place was taken is told."""
    scene = step.after
    set_name = Line.of(scene.learning_set.name)
    line = scene.words.rich("between.swap.told", who=scene.unit(event.one), set=set_name)
    # One swap is told from the next by the turns that each has had.
    turns = sum(turns.taken for turns in scene.learning_set.unit_turns)
    for person in scene.learning_set.unit_people(event.other):
        key = keys.direct(scene.learning_set.id, person, f"swap:{event.one}:{turns}")
        yield in_hours(scene, direct(person, key, said(line)))


def _proposal(scene: Scene, person: str) -> Iterator[Message]:
    """Nothing where the person is not proposed, or not any more."""
    member = scene.learning_set.member(person)
    proposal = next(
        (each for each in proposals(scene.learning_set) if member and each.unit_id == member.unit_id), None
    )
    if proposal is None:
        return
    words, place = scene.words, _place(scene, person)
    skip = button(Action.SKIP_TURN, words.plain("between.owner.skip"), scene.carried(person=person))
    yield direct(
        person,
        keys.direct(scene.meeting.id, person, "owner"),
        said(
            words.rich("between.owner.proposed", **place),
            why_line(scene.learning_set, proposal, scene.language),
            words.rich("between.owner.bring"),
        ),
        buttons(skip),
    )


def _gathered(scene: Scene) -> Iterator[Outgoing]:
    post = gathered(scene) if scene.meeting.live else None
    if post is not None:
        yield post


def _prompts_again(scene: Scene, person: str) -> Iterator[Outgoing]:
    for rung in RUNGS:
        yield replace(_prompt(scene, person, rung), update_only=True)


def _place(scene: Scene, person: str) -> dict[str, Line]:
    """Which set and when, in the person's own zone."""
    known = scene.learning_set.people.get(person)
    zone = known.zone if known else scene.learning_set.zone
    start = Line.of(When(scene.meeting.starts_at, zone, WhenStyle.DATE_TIME))
    return {"set": Line.of(scene.learning_set.name), "start": start}


def _prompt(scene: Scene, person: str, rung: int) -> Message:
    due = scene.learning_set.due_commitments(person)
    more = len(due) - SHOWN
    left_out = any(skip.person == person for skip in scene.meeting.report_skips)
    missing = scene.learning_set.reports_missing(person)
    asks = bool(missing) and not left_out
    return direct(
        person,
        keys.report_prompt(scene.meeting.id, person, rung),
        said(_intro(scene, person, rung, left_out)),
        *(part for commitment in due[:SHOWN] for part in _commitment(scene, commitment, person)),
        said(scene.words.rich("between.report.more", count=more)) if more > 0 else None,
        buttons(_skip(scene, person)) if asks else None,
    )


def _intro(scene: Scene, person: str, rung: int, left_out: bool) -> Line:
    words, place = scene.words, _place(scene, person)
    if not scene.learning_set.reports_missing(person):
        return words.rich("between.report.all_in", **place)
    if left_out:
        return words.rich("between.report.left_out", **place)
    return words.rich("between.report.first" if rung == 1 else "between.report.second", **place)


def _commitment(scene: Scene, commitment: Commitment, person: str) -> Iterator[Part | None]:
    words = scene.words
    what = short(commitment.what, LISTED_TEXT)
    line = words.rich("between.report.what", text=what, due=commitment.due_on)
    yield said(line, _status(scene, commitment, person))
    value = Carried(set_id=scene.learning_set.id, meeting_id=scene.meeting.id, item=commitment.id).packed()
    filed = scene.learning_set.report_on(commitment.id) is not None
    name = "edit" if filed else "file"
    label = words.plain(f"between.report.{name}")
    tells = words.plain(f"between.report.{name}_label", text=what)
    yield buttons(button(Action.FILE_REPORT, label, value, primary=not filed, tells=tells))


def _status(scene: Scene, commitment: Commitment, person: str) -> Line:
    report = scene.learning_set.report_on(commitment.id)
    if report is None:
        return Line()
    told = outcome(scene, report)
    if report.person == person:
        return scene.words.rich("between.report.in", outcome=told)
    return scene.words.rich("between.report.in_by", outcome=told, who=scene.called(report.person))


def _skip(scene: Scene, person: str) -> ButtonElement:
    return button(Action.SKIP_REPORT, scene.words.plain("between.report.skip"), scene.carried(person=person))

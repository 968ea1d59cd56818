"""Report-backs as the set sees them: one post gathers them, with totals in public and no name of anyone
awaited.
"""

from collections.abc import Iterator

from bot.domain.learning_set import Commitment, LearningSet, ReportBack
from bot.domain.machine import REPORT_BACKS
from bot.outgoing import Message
from bot.prompt_library import Line
from bot.surfaces import text
from bot.surfaces.parts import Part, bullets, in_thread, said, share, short
from bot.surfaces.scene import Scene

TEXTS_PER_REPORT = 2
WHAT_LIMIT = 100
"""A reminder of the commitment, which stands whole in the thread of its own meeting."""


def to_come(learning_set: LearningSet) -> int:
    """How many commitments still await a report-back: somebody of their unit is here, and nobody of it was
    left out.
    """
    meeting = learning_set.meeting
    if meeting is None:
        return 0
    left_out = {skip.person for skip in meeting.report_skips}
    return sum(
        1
        for commitment in learning_set.due_commitments()
        if learning_set.report_on(commitment.id) is None
        and _awaited(learning_set, commitment, meeting.present - left_out)
    )


def _awaited(learning_set: LearningSet, commitment: Commitment, people: frozenset[str]) -> bool:
    return any(person in people for person in learning_set.unit_people(commitment.unit_id))


def gathered(scene: Scene) -> Message | None:
    """The one post of all report-backs, once the stage has been reached; nothing where nothing was due."""
    due = scene.learning_set.due_commitments()
    meeting = scene.meeting
    reached = any(slot.stage == REPORT_BACKS for slot in meeting.agenda[: meeting.position + 1])
    if not due or not reached:
        return None
    return in_thread(
        scene,
        "reports",
        said(scene.words.rich("thread.reports.title")),
        *_reports(scene, due),
        said(_awaiting(scene)),
        stage=REPORT_BACKS,
    )


def outcome(scene: Scene, report: ReportBack) -> Line:
    """The outcome in words."""
    return scene.words.rich(f"thread.outcomes.{report.outcome}")


def _reports(scene: Scene, due: tuple[Commitment, ...]) -> Iterator[Part | None]:
    limit = share(len(due) * TEXTS_PER_REPORT) - WHAT_LIMIT // TEXTS_PER_REPORT
    filed = [(c, r) for c in due if (r := scene.learning_set.report_on(c.id)) is not None]
    if not filed:
        yield said(scene.words.rich("thread.reports.none_yet"))
    yield bullets([_report(scene, commitment, report, limit) for commitment, report in filed])


def _report(scene: Scene, commitment: Commitment, report: ReportBack, limit: int) -> Line:
    words = scene.words
    what = words.rich(
        "thread.reports.line",
        who=scene.called(report.person),
        outcome=outcome(scene, report),
        what=short(commitment.what, WHAT_LIMIT),
    )
    happened = report.happened and words.rich("thread.reports.happened", text=short(report.happened, limit))
    learned = report.learned and words.rich("thread.reports.learned", text=short(report.learned, limit))
    airtime = words.rich("thread.reports.airtime") if report.airtime else None
    return text.join([what, *(line for line in (happened, learned, airtime) if line)])


def _awaiting(scene: Scene) -> Line:
    count = to_come(scene.learning_set)
    return scene.words.rich("thread.reports.to_come", count=count) if count else Line()

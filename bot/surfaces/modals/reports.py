"""Reporting back on a commitment: five honest answers."""

from slack_sdk.models.views import View

from bot.domain.learning_set import Outcome
from bot.surfaces import parts
from bot.surfaces.fields import Text
from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.commitments import find_commitment
from bot.surfaces.modals.frame import modal, told
from bot.surfaces.picks import Choice, Radio, Tick
from bot.surfaces.scene import Scene

LIMIT = 600
"""Six report-backs stand whole in one message."""


class ReportAnswers(Answers):
    """What became of a commitment."""

    outcome: Outcome
    happened: str | None
    learned: str | None
    airtime: bool


def report_form() -> Form[ReportAnswers]:
    """The outcome is needed; words are welcome."""
    fields = [
        Radio(name="outcome", choices=[Choice(outcome) for outcome in Outcome]),
        Text(name="happened", limit=LIMIT, multiline=True, optional=True),
        Text(name="learned", limit=LIMIT, multiline=True, optional=True),
        Tick(name="airtime"),
    ]
    return Form("modals.report", ReportAnswers, fields)


def report_modal(scene: Scene, commitment_id: str) -> View:
    """Shows the commitment, which it carries as ``item``, and the report so far. Raises Rejected."""
    commitment = find_commitment(scene, commitment_id)
    report = scene.learning_set.report_on(commitment_id)
    initial = {name: getattr(report, name) for name in ReportAnswers.model_fields} if report else {}
    due = told(scene.words.rich("modals.report.due", due=commitment.due_on))
    pieces = [parts.quoted(commitment.what), due, *report_form().blocks(scene.words, initial)]
    carried = scene.carried(item=commitment_id)
    return modal(scene.words, "report", Callback.FILE_REPORT, carried, pieces)

"""Moving or cancelling the next meeting."""

from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from slack_sdk.models.views import View

from bot.domain.calendar import resolve
from bot.domain.learning_set import Meeting
from bot.domain.machine import Moment
from bot.domain.membership import next_meeting
from bot.domain.rejections import Reason, Rejected
from bot.surfaces.fields import Date, FieldError, Time
from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import modal, told
from bot.surfaces.scene import Scene


class MoveAnswers(Answers):
    """When the next meeting begins, in the set's zone."""

    date: date
    time: time

    @property
    def starts_at(self) -> datetime:
        """Naive wall-clock time in the set's zone."""
        return datetime.combine(self.date, self.time)


def move_form(scene: Scene) -> Form[MoveAnswers]:
    """A day and a time in the set's zone, still to come."""
    zone = scene.learning_set.zone

    def to_come(answers: MoveAnswers) -> Mapping[str, FieldError]:
        passed = resolve(answers.starts_at, zone) <= scene.now
        return {"date": FieldError("modals.error.date_passed")} if passed else {}

    return Form(
        "modals.move", MoveAnswers, [Date(name="date"), Time(name="time", zone=zone)], rules=[to_come]
    )


def move_modal(scene: Scene) -> View:
    """Shows when the meeting would begin now. Raises Rejected unless it is still to come."""
    meeting = _coming(scene)
    local = meeting.starts_at.astimezone(ZoneInfo(scene.learning_set.zone))
    blocks = move_form(scene).blocks(scene.words, {"date": local.date(), "time": local.time()})
    intro = told(scene.words.rich("modals.move.intro", zone=scene.learning_set.zone))
    return modal(scene.words, "move", Callback.MOVE_MEETING, scene.carried(), [intro, *blocks])


def cancel_modal(scene: Scene) -> View:
    """Says which date comes instead, without a field. Raises Rejected unless it is still to come."""
    meeting = _coming(scene)
    following = next_meeting(scene.learning_set, Moment(scene.now, scene.format)).meeting
    question = scene.words.rich(
        "modals.cancel.question",
        when=scene.date_time(meeting.starts_at),
        following=scene.date_time(following.starts_at),
    )
    return modal(scene.words, "cancel", Callback.CANCEL_MEETING, scene.carried(), [told(question)])


def _coming(scene: Scene) -> Meeting:
    meeting = scene.learning_set.meeting
    if meeting is None:
        raise Rejected(Reason.NO_MEETING)
    if meeting.live:
        raise Rejected(Reason.MEETING_RUNNING)
    return meeting

"""Being away, and being back."""

from collections.abc import Mapping
from datetime import date

from slack_sdk.models.views import View

from bot.domain.calendar import local_date
from bot.surfaces.fields import Date, FieldError
from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import carried, modal, told
from bot.surfaces.picks import Tick
from bot.surfaces.scene import Scene


class AwayAnswers(Answers):
    """The last day away, or back now."""

    until: date | None
    back: bool


def away_form(scene: Scene, person: str) -> Form[AwayAnswers]:
    """A day not before today in the person's zone, or "I am back"."""
    known = scene.learning_set.people.get(person)
    today = local_date(scene.now, known.zone if known else scene.learning_set.zone)

    def one_of_both(answers: AwayAnswers) -> Mapping[str, FieldError]:
        if answers.back:
            return {}
        if answers.until is None:
            return {"until": FieldError("modals.error.required")}
        return {"until": FieldError("modals.error.date_passed")} if answers.until < today else {}

    fields = [Date(name="until", optional=True), Tick(name="back")]
    return Form("modals.away", AwayAnswers, fields, rules=[one_of_both])


def away_modal(scene: Scene, person: str) -> View:
    """Offers to be back where the person is away."""
    known = scene.learning_set.people.get(person)
    until = known.away_until if known else None
    blocks = away_form(scene, person).blocks(
        scene.words, {"until": until}, without=() if until else ("back",)
    )
    intro = told(scene.words.rich("modals.away.intro"))
    return modal(scene.words, "away", Callback.GO_AWAY, carried(scene), [intro, *blocks])

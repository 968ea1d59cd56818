"""What an owner will do, by when; or why there is no commitment this time."""

from collections.abc import Mapping
from datetime import date

from slack_sdk.models.views import View

from bot.domain.calendar import local_date
from bot.domain.commands import CommitmentWords
from bot.domain.learning_set import Commitment, Horizon
from bot.domain.rejections import Reason, Rejected
from bot.surfaces.fields import Date, Field, FieldError, Text
from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import modal, told
from bot.surfaces.picks import Choice, Radio, Tick
from bot.surfaces.scene import Scene

WHAT_LIMIT = 500
DETAIL_LIMIT = 300


class CommitmentAnswers(Answers):
    """A commitment in its owner's words, or one withdrawn."""

    what: str
    due_on: date
    first_step: str | None
    how_known: str | None
    if_then: str | None
    hope_to_learn: str | None
    horizon: Horizon | None
    withdraw: bool

    @property
    def words(self) -> CommitmentWords:
        """As the domain takes them."""
        return CommitmentWords(
            what=self.what,
            due_on=self.due_on,
            first_step=self.first_step,
            how_known=self.how_known,
            if_then=self.if_then,
            hope_to_learn=self.hope_to_learn,
            horizon=self.horizon or Horizon.SHORT,
        )

    @property
    def new_words(self) -> CommitmentWords | None:
        """None: the commitment is withdrawn."""
        return None if self.withdraw else self.words


class NoCommitmentAnswers(Answers):
    """Why an owner leaves without a commitment."""

    because: str


def commitment_form(scene: Scene, commitment: Commitment | None = None) -> Form[CommitmentAnswers]:
    """The due date is not before today in the set's zone, unless it is the one ``commitment`` has."""
    today = local_date(scene.now, scene.learning_set.zone)

    def not_past(answers: CommitmentAnswers) -> Mapping[str, FieldError]:
        unchanged = commitment is not None and answers.due_on == commitment.due_on
        if answers.withdraw or unchanged or answers.due_on >= today:
            return {}
        return {"due_on": FieldError("modals.error.date_passed")}

    fields: list[Field] = [
        Text(name="what", limit=WHAT_LIMIT, multiline=True),
        Date(name="due_on"),
        *(
            Text(name=name, limit=DETAIL_LIMIT, optional=True)
            for name in ("first_step", "how_known", "if_then", "hope_to_learn")
        ),
        Radio(name="horizon", choices=[Choice(horizon) for horizon in Horizon], optional=True),
        Tick(name="withdraw"),
    ]
    return Form("modals.commitment", CommitmentAnswers, fields, rules=[not_past])


def commitment_modal(scene: Scene, turn: int) -> View:
    """A new commitment of a turn's owner; carries the turn. Raises Rejected where nobody owns it."""
    _check_turn(scene, turn)
    intro = told(scene.words.rich("modals.commitment.intro", owner=scene.owners(turn)))
    blocks = commitment_form(scene).blocks(scene.words, {"horizon": Horizon.SHORT}, without=("withdraw",))
    return modal(scene.words, "commitment", Callback.COMMITMENT, scene.carried(turn=turn), [intro, *blocks])


def edit_commitment_modal(scene: Scene, commitment_id: str) -> View:
    """Carries the commitment as ``item``. Raises Rejected for an unknown one."""
    commitment = find_commitment(scene, commitment_id)
    initial = {
        name: getattr(commitment, name) for name in CommitmentAnswers.model_fields if name != "withdraw"
    }
    blocks = commitment_form(scene, commitment).blocks(scene.words, initial)
    carried = scene.carried(turn=commitment.turn, item=commitment_id)
    return modal(scene.words, "commitment", Callback.COMMITMENT, carried, blocks)


def no_commitment_form() -> Form[NoCommitmentAnswers]:
    """The reason."""
    because = Text(name="because", limit=DETAIL_LIMIT, multiline=True)
    return Form("modals.no_commitment", NoCommitmentAnswers, [because])


def no_commitment_modal(scene: Scene, turn: int) -> View:
    """Carries the turn. Raises Rejected where nobody owns it."""
    _check_turn(scene, turn)
    known = next(each.none_because for each in scene.meeting.turns if each.number == turn)
    intro = told(scene.words.rich("modals.no_commitment.intro", owner=scene.owners(turn)))
    blocks = no_commitment_form().blocks(scene.words, {"because": known})
    return modal(
        scene.words, "no_commitment", Callback.NO_COMMITMENT, scene.carried(turn=turn), [intro, *blocks]
    )


def find_commitment(scene: Scene, commitment_id: str) -> Commitment:
    """Raises Rejected for an unknown one."""
    found = next((each for each in scene.learning_set.commitments if each.id == commitment_id), None)
    if found is None:
        raise Rejected(Reason.NO_SUCH_COMMITMENT)
    return found


def _check_turn(scene: Scene, turn: int) -> None:
    if not any(each.number == turn for each in scene.meeting.turns):
        raise Rejected(Reason.NO_TURN_NOW)

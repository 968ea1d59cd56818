"""What a member other than the owner takes away from a turn."""

from slack_sdk.models.views import View

from bot.domain.rejections import Reason, Rejected
from bot.surfaces.fields import Text
from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import modal, told
from bot.surfaces.picks import Tick
from bot.surfaces.scene import Scene

LIMIT = 300


class TakeawayAnswers(Answers):
    """A takeaway, or one withdrawn."""

    text: str
    withdraw: bool

    @property
    def new_text(self) -> str | None:
        """None: it is withdrawn."""
        return None if self.withdraw else self.text


def takeaway_form() -> Form[TakeawayAnswers]:
    """A few words, and a box to withdraw them."""
    fields = [Text(name="text", limit=LIMIT, multiline=True), Tick(name="withdraw")]
    return Form("modals.takeaway", TakeawayAnswers, fields)


def takeaway_modal(scene: Scene, person: str, turn: int) -> View:
    """Carries the turn; shows what the person noted. Raises Rejected where nobody owns it."""
    meeting = scene.meeting
    if not any(each.number == turn for each in meeting.turns):
        raise Rejected(Reason.NO_TURN_NOW)
    noted = next((t for t in meeting.takeaways if t.person == person and t.turn == turn), None)
    initial = {"text": noted.text} if noted else {}
    blocks = takeaway_form().blocks(scene.words, initial, without=() if noted else ("withdraw",))
    intro = told(scene.words.rich("modals.takeaway.intro", owner=scene.owners(turn)))
    return modal(scene.words, "takeaway", Callback.NOTE_TAKEAWAY, scene.carried(turn=turn), [intro, *blocks])

"""Asking for airtime in one line."""

from slack_sdk.models.views import View

from bot.surfaces.fields import Text
from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import modal, told
from bot.surfaces.picks import Tick
from bot.surfaces.scene import Scene

LIMIT = 150


class BidAnswers(Answers):
    """A bid, or one taken back."""

    line: str
    withdraw: bool

    @property
    def new_line(self) -> str | None:
        """None: the bid is taken back."""
        return None if self.withdraw else self.line


def bid_form() -> Form[BidAnswers]:
    """One line, and a box to take the bid back."""
    return Form("modals.bid", BidAnswers, [Text(name="line", limit=LIMIT), Tick(name="withdraw")])


def bid_modal(scene: Scene, person: str) -> View:
    """Shows the person's own bid where they have one; only then it can be taken back."""
    bid = scene.meeting.bid_of(person)
    initial = {"line": bid.line} if bid else {}
    blocks = bid_form().blocks(scene.words, initial, without=() if bid else ("withdraw",))
    intro = told(scene.words.rich("modals.bid.intro"))
    return modal(scene.words, "bid", Callback.PLACE_BID, scene.carried(), [intro, *blocks])

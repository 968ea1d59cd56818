"""Buttons that open a modal: what the modal will ask of the set, and how it is drawn.

The domain is asked first whether the person may, so that nobody sees in a modal what is not theirs. It is
asked again when the modal comes back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from slack_sdk.models.views import View

from bot.domain import commands as c
from bot.domain.learning_set import Outcome
from bot.listeners.refusals import NotNow
from bot.listeners.visit import Visit, Who, ask_first, given
from bot.surfaces.ids import Action
from bot.surfaces.modals.back import back_modal
from bot.surfaces.modals.bids import bid_modal
from bot.surfaces.modals.commitments import commitment_modal, edit_commitment_modal, no_commitment_modal
from bot.surfaces.modals.create_set import create_set_modal
from bot.surfaces.modals.hand_over import hand_over_modal
from bot.surfaces.modals.learning import learning_modal
from bot.surfaces.modals.leave import leave_modal
from bot.surfaces.modals.owners import owners_modal
from bot.surfaces.modals.presence import presence_modal
from bot.surfaces.modals.questions import ask_question_modal, edit_question_modal
from bot.surfaces.modals.reports import report_modal
from bot.surfaces.modals.stretch import stretch_modal
from bot.surfaces.modals.takeaways import takeaway_modal
from bot.surfaces.scene import Scene
from bot.surfaces.values import Carried

CHANNELS = ("C", "G")
"""What ids of channels begin with, public or private; those of DMs begin with D."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A modal about a set. ``draws`` is given who reads it, and what the button carried."""

    asks: Callable[[Who, Carried], c.Command]
    draws: Callable[[Scene, str, Carried], View]


def opened(opening: Opening, scene: Scene, who: Who, carried: Carried) -> View:
    """The modal. Raises `Rejected` when the person may not, or when it makes no sense now."""
    ask_first(scene, opening.asks(who, carried))
    return opening.draws(scene, who["actor"], carried)


async def new_set_view(visit: Visit, channel: str | None) -> View:
    """The modal for a new set, in the creator's own zone; asked for in a channel, it proposes that one."""
    chosen = channel if channel and channel.startswith(CHANNELS) else None
    account = await visit.directory.account(visit.person)
    zone = account.person.zone if account else "UTC"
    queries = visit.desk.queries
    return create_set_modal(queries.language, queries.format, visit.person, zone, queries.now, chosen)


def _owner_leaves(who: Who, carried: Carried) -> c.Command:
    """Who may record that there is no commitment may record one."""
    return c.RecordNoCommitment(**who, turn=given(carried.turn), because="")


def _report(scene: Scene, person: str, carried: Carried) -> View:
    """On the board the button names no commitment: then the first that lacks a report, or the first."""
    open_ones = scene.learning_set.reports_missing(person) or scene.learning_set.due_commitments(person)
    chosen = carried.item or (open_ones[0].id if open_ones else None)
    if chosen is None:
        raise NotNow("commands.report_none")
    return report_modal(scene, chosen)


def _nothing_learned(who: Who, _: Carried) -> c.Command:
    return c.WriteLearning(**who, about_problem=None, about_self=None, about_set=None)


OPENINGS: Mapping[Action, Opening] = {
    Action.LEAVE_SET: Opening(lambda who, _: c.LeaveSet(**who), lambda scene, *_: leave_modal(scene)),
    Action.CORRECT_PRESENCE: Opening(
        lambda who, _: c.SetPresence(**who, present={}), lambda scene, *_: presence_modal(scene)
    ),
    Action.GO_BACK: Opening(
        lambda who, carried: c.GoBack(**who, version=given(carried.version), position=0),
        lambda scene, *_: back_modal(scene),
    ),
    Action.STRETCH: Opening(
        lambda who, carried: c.StretchStage(**who, version=given(carried.version), minutes=1),
        lambda scene, *_: stretch_modal(scene),
    ),
    Action.HAND_OVER: Opening(
        lambda who, _: c.HandOver(**who, to=who["actor"]), lambda scene, *_: hand_over_modal(scene)
    ),
    Action.PLACE_BID: Opening(
        lambda who, _: c.PlaceBid(**who, line=None), lambda scene, person, _: bid_modal(scene, person)
    ),
    Action.CHOOSE_OWNERS: Opening(
        lambda who, _: c.ChooseOwners(**who, units=(), why=None), lambda scene, *_: owners_modal(scene)
    ),
    Action.ASK_QUESTION: Opening(
        lambda who, carried: c.AskQuestion(
            **who, id="", text="", begun_in=given(carried.stage), turn=given(carried.turn)
        ),
        lambda scene, *_: ask_question_modal(scene),
    ),
    Action.EDIT_QUESTION: Opening(
        lambda who, carried: c.EditQuestion(**who, id=given(carried.item), text=None),
        lambda scene, _, carried: edit_question_modal(scene, given(carried.item)),
    ),
    Action.RECORD_COMMITMENT: Opening(
        _owner_leaves, lambda scene, _, carried: commitment_modal(scene, given(carried.turn))
    ),
    Action.EDIT_COMMITMENT: Opening(
        lambda who, carried: c.EditCommitment(**who, id=given(carried.item), words=None),
        lambda scene, _, carried: edit_commitment_modal(scene, given(carried.item)),
    ),
    Action.NO_COMMITMENT: Opening(
        _owner_leaves, lambda scene, _, carried: no_commitment_modal(scene, given(carried.turn))
    ),
    Action.NOTE_TAKEAWAY: Opening(
        lambda who, carried: c.NoteTakeaway(**who, turn=given(carried.turn), text=None),
        lambda scene, person, carried: takeaway_modal(scene, person, given(carried.turn)),
    ),
    Action.WRITE_LEARNING: Opening(_nothing_learned, lambda scene, person, _: learning_modal(scene, person)),
    Action.FILE_REPORT: Opening(
        lambda who, carried: c.FileReport(
            **who,
            id="",
            commitment_id=carried.item or "",
            outcome=Outcome.DONE,
            happened=None,
            learned=None,
            airtime=False,
        ),
        _report,
    ),
}
"""Every button about a set that opens a modal."""

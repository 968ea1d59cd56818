"""What a submitted modal asks of the set: each reads its form and makes the command.

A form that has to know the set loads it first. All raise `FormErrors` for answers that can't be taken.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.domain import commands as c
from bot.domain.reads import SeeForm
from bot.listeners.visit import Visit, Who, given
from bot.surfaces.fields import FieldError
from bot.surfaces.forms import FormErrors
from bot.surfaces.ids import Callback
from bot.surfaces.modals import (
    away,
    back,
    bids,
    commitments,
    end,
    facilitator,
    learning,
    next_meeting,
    owners,
    presence,
    questions,
    reports,
    stretch,
    swap,
    takeaways,
)
from bot.surfaces.scene import Scene
from bot.surfaces.values import Carried


@dataclass(frozen=True, slots=True)
class Submitted:
    """A modal that came back: what it carried, and what was entered in it."""

    visit: Visit
    carried: Carried
    values: Mapping[str, object]

    @property
    def who(self) -> Who:
        """The first fields of the command."""
        return self.visit.who(self.carried)

    async def scene(self) -> Scene:
        """The set that the modal is about. Raises `Rejected` for whom it is none of their business."""
        scene = await self.visit.scene(self.carried)
        self.visit.let_see(scene, SeeForm)
        return scene


Read = Callable[[Submitted], Awaitable[c.Command]]


async def _leave_set(sent: Submitted) -> c.Command:
    """It has no fields."""
    return c.LeaveSet(**sent.who)


async def _end_meeting_or_set(sent: Submitted) -> c.Command:
    """It has no fields; which of the two it asked about, it carries."""
    if end.ends_the_meeting(sent.carried):
        return c.EndMeeting(**sent.who, version=given(sent.carried.version))
    return c.EndSet(**sent.who)


async def _change_facilitator(sent: Submitted) -> c.Command:
    """Slack offers bots and deactivated people as well, so the directory is asked."""
    chosen = facilitator.facilitator_form().read(sent.values).facilitator
    if chosen is None:
        return c.ChangeFacilitator(**sent.who, facilitator=None)
    account = await sent.visit.directory.account(chosen)
    if account is None:
        raise FormErrors({"facilitator": FieldError("modals.create_set.person_unknown")})
    if account.is_bot or account.deactivated:
        key = "modals.create_set.bots" if account.is_bot else "modals.create_set.deactivated"
        raise FormErrors({"facilitator": FieldError(key, names=account.person.name)})
    return c.ChangeFacilitator(**sent.who, facilitator=account.person)


async def _swap_places(sent: Submitted) -> c.Command:
    form = swap.swap_form(await sent.scene(), sent.visit.person)
    return c.SwapPlaces(**sent.who, other=form.read(sent.values).other)


async def _move_meeting(sent: Submitted) -> c.Command:
    form = next_meeting.move_form(await sent.scene())
    return c.MoveMeeting(**sent.who, starts_at=form.read(sent.values).starts_at)


async def _cancel_meeting(sent: Submitted) -> c.Command:
    """It has no fields."""
    return c.CancelMeeting(**sent.who)


async def _go_away(sent: Submitted) -> c.Command:
    answers = away.away_form(await sent.scene(), sent.visit.person).read(sent.values)
    return c.GoAway(**sent.who, until=None if answers.back else answers.until)


async def _correct_presence(sent: Submitted) -> c.Command:
    scene = await sent.scene()
    answers = presence.presence_form(scene).read(sent.values)
    return c.SetPresence(**sent.who, present=answers.by_person(scene))


async def _go_back(sent: Submitted) -> c.Command:
    answers = back.back_form(await sent.scene()).read(sent.values)
    return c.GoBack(**sent.who, version=given(sent.carried.version), position=answers.position)


async def _stretch_stage(sent: Submitted) -> c.Command:
    answers = stretch.stretch_form().read(sent.values)
    return c.StretchStage(
        **sent.who,
        version=given(sent.carried.version),
        minutes=answers.minutes,
        from_others=answers.from_others,
    )


async def _place_bid(sent: Submitted) -> c.Command:
    return c.PlaceBid(**sent.who, line=bids.bid_form().read(sent.values).new_line)


async def _choose_owners(sent: Submitted) -> c.Command:
    answers = owners.owners_form(await sent.scene()).read(sent.values)
    return c.ChooseOwners(**sent.who, units=answers.units, why=answers.why)


async def _ask_question(sent: Submitted) -> c.Command:
    """Marked with the stage and the turn in which the modal was opened."""
    return c.AskQuestion(
        **sent.who,
        id=sent.visit.desk.new_id(),
        text=questions.ask_question_form().read(sent.values).text,
        begun_in=given(sent.carried.stage),
        turn=given(sent.carried.turn),
    )


async def _edit_question(sent: Submitted) -> c.Command:
    answers = questions.edit_question_form().read(sent.values)
    return c.EditQuestion(**sent.who, id=given(sent.carried.item), text=answers.new_text)


async def _write_commitment(sent: Submitted) -> c.Command:
    """A new one, or the one that the modal carried."""
    scene, item = await sent.scene(), sent.carried.item
    if item is None:
        words = commitments.commitment_form(scene).read(sent.values).words
        turn = given(sent.carried.turn)
        return c.RecordCommitment(**sent.who, id=sent.visit.desk.new_id(), turn=turn, words=words)
    form = commitments.commitment_form(scene, commitments.find_commitment(scene, item))
    return c.EditCommitment(**sent.who, id=item, words=form.read(sent.values).new_words)


async def _record_no_commitment(sent: Submitted) -> c.Command:
    because = commitments.no_commitment_form().read(sent.values).because
    return c.RecordNoCommitment(**sent.who, turn=given(sent.carried.turn), because=because)


async def _note_takeaway(sent: Submitted) -> c.Command:
    text = takeaways.takeaway_form().read(sent.values).new_text
    return c.NoteTakeaway(**sent.who, turn=given(sent.carried.turn), text=text)


async def _write_learning(sent: Submitted) -> c.Command:
    answers = learning.learning_form().read(sent.values)
    return c.WriteLearning(
        **sent.who,
        about_problem=answers.about_problem,
        about_self=answers.about_self,
        about_set=answers.about_set,
    )


async def _file_report(sent: Submitted) -> c.Command:
    answers = reports.report_form().read(sent.values)
    return c.FileReport(
        **sent.who,
        id=sent.visit.desk.new_id(),
        commitment_id=given(sent.carried.item),
        outcome=answers.outcome,
        happened=answers.happened,
        learned=answers.learned,
        airtime=answers.airtime,
    )


READS: Mapping[Callback, Read] = {
    Callback.LEAVE_SET: _leave_set,
    Callback.END: _end_meeting_or_set,
    Callback.CHANGE_FACILITATOR: _change_facilitator,
    Callback.SWAP: _swap_places,
    Callback.MOVE_MEETING: _move_meeting,
    Callback.CANCEL_MEETING: _cancel_meeting,
    Callback.GO_AWAY: _go_away,
    Callback.CORRECT_PRESENCE: _correct_presence,
    Callback.GO_BACK: _go_back,
    Callback.STRETCH: _stretch_stage,
    Callback.PLACE_BID: _place_bid,
    Callback.CHOOSE_OWNERS: _choose_owners,
    Callback.ASK_QUESTION: _ask_question,
    Callback.EDIT_QUESTION: _edit_question,
    Callback.COMMITMENT: _write_commitment,
    Callback.NO_COMMITMENT: _record_no_commitment,
    Callback.NOTE_TAKEAWAY: _note_takeaway,
    Callback.WRITE_LEARNING: _write_learning,
    Callback.FILE_REPORT: _file_report,
}
"""Every modal about a set that can be submitted."""

"""Buttons that are a command by themselves: what each one asks of the set."""

from collections.abc import Callable, Mapping

from bot.domain import commands as c
from bot.domain.learning_set import QuestionState
from bot.listeners.visit import Who, given
from bot.surfaces.ids import Action
from bot.surfaces.values import Carried

Translate = Callable[[Who, Carried], c.Command]


def _settle(state: QuestionState) -> Translate:
    return lambda who, carried: c.SettleQuestion(**who, id=given(carried.item), state=state)


PRESSES: Mapping[Action, Translate] = {
    Action.ACCEPT_INVITATION: lambda who, _: c.AcceptInvitation(**who),
    Action.DECLINE_INVITATION: lambda who, _: c.DeclineInvitation(**who),
    Action.GO_ON: lambda who, _: c.GoOn(**who),
    Action.START_MEETING: lambda who, _: c.StartMeeting(**who),
    Action.I_AM_HERE: lambda who, _: c.SetPresence(**who, present={who["actor"]: True}),
    Action.MOVE_ON: lambda who, carried: c.MoveOn(**who, version=given(carried.version)),
    Action.PAUSE: lambda who, _: c.PauseMeeting(**who),
    Action.RESUME: lambda who, _: c.ResumeMeeting(**who),
    Action.HAND_OVER_TO: lambda who, carried: c.HandOver(**who, to=given(carried.person)),
    Action.END_MEETING: lambda who, carried: c.EndMeeting(**who, version=given(carried.version)),
    Action.END_ON_TIME: lambda who, _: c.ChooseEnding(**who, later=False),
    Action.END_LATER: lambda who, _: c.ChooseEnding(**who, later=True),
    Action.QUESTION_ANSWERED: _settle(QuestionState.ANSWERED),
    Action.QUESTION_TAKEN_AWAY: _settle(QuestionState.TAKEN_AWAY),
    Action.QUESTION_PASSED: _settle(QuestionState.PASSED),
    Action.NOTHING_LEARNED: lambda who, _: c.WriteLearning(
        **who, about_problem=None, about_self=None, about_set=None
    ),
    Action.SKIP_REPORT: lambda who, carried: c.SkipReport(**who, person=carried.person or who["actor"]),
    Action.SKIP_TURN: lambda who, _: c.SkipTurn(**who),
}
"""Every button that needs no modal. The domain decides whether the person may."""

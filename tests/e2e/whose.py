"""Whose each button, modal and command is, and what everybody else reads who tries."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.rejections import Reason
from bot.surfaces.ids import Action, Callback
from bot.surfaces.replies import Subcommand

THEIRS = None
"""No refusal: to these people it belongs."""

Sentences = tuple[Reason | str, ...] | None


@dataclass(frozen=True)
class Rule:
    """What somebody reads who does not belong to the set, and what a member does who has not the role.

    ``plain`` is such a member.
    """

    stranger: Sentences
    member: Sentences = THEIRS
    plain: str = "ama"


ANYBODY = Rule(THEIRS)
ANY_MEMBER = Rule((Reason.NOT_IN_THE_SET,))
INVITED = Rule((Reason.NOT_INVITED,), (Reason.ALREADY_IN,))
FACILITATOR = Rule((Reason.NOT_IN_THE_SET,), (Reason.NOT_THE_FACILITATOR,))
OWNER_OF_TURN = Rule((Reason.NOT_IN_THE_SET,), (Reason.NOT_THE_OWNER,))
OWNER = Rule((Reason.NOT_THE_OWNER,), (Reason.NOT_THE_OWNER,))
AUTHOR = Rule((Reason.NOT_THE_AUTHOR,), (Reason.NOT_THE_AUTHOR,))
MANAGER = Rule(
    (Reason.NOT_ALLOWED_TO_MANAGE, Reason.NOT_IN_THE_SET), (Reason.NOT_ALLOWED_TO_MANAGE,), plain="carla"
)
WHOEVER_ENDS = Rule(
    (Reason.NOT_ALLOWED_TO_MANAGE, Reason.NOT_IN_THE_SET),
    (Reason.NOT_ALLOWED_TO_MANAGE, Reason.NOT_THE_FACILITATOR),
    plain="carla",
)

PRESSES: Mapping[Action, Rule] = {
    Action.ACCEPT_INVITATION: INVITED,
    Action.DECLINE_INVITATION: INVITED,
    Action.NEW_SET: ANYBODY,
    Action.LEAVE_SET: ANY_MEMBER,
    Action.GO_ON: MANAGER,
    Action.START_MEETING: FACILITATOR,
    Action.I_AM_HERE: ANY_MEMBER,
    Action.CORRECT_PRESENCE: FACILITATOR,
    Action.MOVE_ON: FACILITATOR,
    Action.GO_BACK: FACILITATOR,
    Action.STRETCH: FACILITATOR,
    Action.PAUSE: FACILITATOR,
    Action.RESUME: FACILITATOR,
    Action.HAND_OVER: FACILITATOR,
    Action.HAND_OVER_TO: FACILITATOR,
    Action.END_MEETING: FACILITATOR,
    Action.END_ON_TIME: FACILITATOR,
    Action.END_LATER: FACILITATOR,
    Action.PLACE_BID: ANY_MEMBER,
    Action.CHOOSE_OWNERS: FACILITATOR,
    Action.ASK_QUESTION: ANY_MEMBER,
    Action.EDIT_QUESTION: AUTHOR,
    Action.QUESTION_ANSWERED: OWNER,
    Action.QUESTION_TAKEN_AWAY: OWNER,
    Action.QUESTION_PASSED: OWNER,
    Action.RECORD_COMMITMENT: OWNER_OF_TURN,
    Action.EDIT_COMMITMENT: OWNER,
    Action.NO_COMMITMENT: OWNER_OF_TURN,
    Action.NOTE_TAKEAWAY: ANY_MEMBER,
    Action.WRITE_LEARNING: ANY_MEMBER,
    Action.NOTHING_LEARNED: ANY_MEMBER,
    Action.FILE_REPORT: Rule((Reason.NOT_IN_THE_SET,), (Reason.NOT_THE_OWNER, "commands.report_none")),
    Action.SKIP_REPORT: ANY_MEMBER,
    Action.SKIP_TURN: ANY_MEMBER,
    Action.OPEN_LINK: ANYBODY,
    Action.SEND_MY_DATA: ANYBODY,
    Action.DELETE_MY_WORDS: ANYBODY,
}
SUBMISSIONS: Mapping[Callback, Rule] = {
    Callback.PRIVACY: ANYBODY,
    Callback.CREATE_SET: ANYBODY,
    Callback.LEAVE_SET: ANY_MEMBER,
    Callback.END: WHOEVER_ENDS,
    Callback.CHANGE_FACILITATOR: MANAGER,
    Callback.SWAP: ANY_MEMBER,
    Callback.MOVE_MEETING: MANAGER,
    Callback.CANCEL_MEETING: MANAGER,
    Callback.GO_AWAY: ANY_MEMBER,
    Callback.CORRECT_PRESENCE: FACILITATOR,
    Callback.GO_BACK: FACILITATOR,
    Callback.STRETCH: FACILITATOR,
    Callback.HAND_OVER: ANYBODY,
    Callback.PLACE_BID: ANY_MEMBER,
    Callback.CHOOSE_OWNERS: FACILITATOR,
    Callback.ASK_QUESTION: ANY_MEMBER,
    Callback.EDIT_QUESTION: AUTHOR,
    Callback.COMMITMENT: Rule((Reason.NOT_IN_THE_SET, Reason.NOT_THE_OWNER), (Reason.NOT_THE_OWNER,)),
    Callback.NO_COMMITMENT: OWNER_OF_TURN,
    Callback.NOTE_TAKEAWAY: ANY_MEMBER,
    Callback.WRITE_LEARNING: ANY_MEMBER,
    Callback.FILE_REPORT: OWNER_OF_TURN,
}
COMMANDS: Mapping[Subcommand, Rule] = {
    Subcommand.HELP: ANYBODY,
    Subcommand.NEW: ANYBODY,
    Subcommand.PRIVACY: ANYBODY,
    Subcommand.HERE: Rule(("hindrances.here.none",)),
    Subcommand.NEXT: ANY_MEMBER,
    Subcommand.STATUS: ANY_MEMBER,
    Subcommand.START: FACILITATOR,
    Subcommand.ASK: ANY_MEMBER,
    Subcommand.COMMITMENTS: Rule(("commands.commitments_none",)),
    Subcommand.REPORT: Rule(("commands.report_none",)),
    Subcommand.JOIN: Rule(THEIRS, (Reason.ALREADY_IN,)),
    Subcommand.LEAVE: ANY_MEMBER,
    Subcommand.SWAP: ANY_MEMBER,
    Subcommand.SKIP: ANY_MEMBER,
    Subcommand.AWAY: ANY_MEMBER,
    Subcommand.FACILITATOR: MANAGER,
    Subcommand.MOVE: MANAGER,
    Subcommand.CANCEL: MANAGER,
    Subcommand.END: WHOEVER_ENDS,
}

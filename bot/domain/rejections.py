"""Refusals that are nobody's bug: what somebody asked for can't be done now.

A rejection changes nothing. Its reason is the key of the sentence that the person reads
(``prompts/<language>/messages/rejections.toml``).
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why something was refused."""

    NOT_IN_THE_SET = "not-in-the-set"
    NOT_THE_FACILITATOR = "not-the-facilitator"
    NOT_THE_OWNER = "not-the-owner"
    NOT_THE_AUTHOR = "not-the-author"
    NOT_ALLOWED_TO_MANAGE = "not-allowed-to-manage"
    NOT_INVITED = "not-invited"
    ALREADY_IN = "already-in"
    SET_FULL = "set-full"
    SET_ENDED = "set-ended"
    SET_HINDERED = "set-hindered"
    NO_SET_HERE = "no-set-here"
    CHANNEL_TAKEN = "channel-taken"
    TOO_FEW_MEMBERS = "too-few-members"
    TOO_MANY_MEMBERS = "too-many-members"
    DUPLICATE_MEMBER = "duplicate-member"
    DATE_PASSED = "date-passed"
    ALREADY_MOVED_ON = "already-moved-on"
    ALREADY_STARTED = "already-started"
    NOT_STARTED = "not-started"
    NO_MEETING = "no-meeting"
    MEETING_RUNNING = "meeting-running"
    MEETING_CLOSED = "meeting-closed"
    TOO_EARLY_TO_START = "too-early-to-start"
    PAUSED = "paused"
    NOT_PAUSED = "not-paused"
    NO_SUCH_STAGE = "no-such-stage"
    NO_QUESTIONS_NOW = "no-questions-now"
    REPORTS_MISSING = "reports-missing"
    COMMITMENT_MISSING = "commitment-missing"
    NOBODY_TO_OWN = "nobody-to-own"
    NO_SUCH_OWNER = "no-such-owner"
    SAME_OWNER_TWICE = "same-owner-twice"
    NOTHING_LEFT = "nothing-left"
    TAKES_FROM_OTHERS = "takes-from-others"
    NO_ENDING_OFFER = "no-ending-offer"
    NO_SUCH_QUESTION = "no-such-question"
    QUESTION_SETTLED = "question-settled"
    NO_SUCH_COMMITMENT = "no-such-commitment"
    COMMITMENT_LOCKED = "commitment-locked"
    COMMITMENT_FINISHED = "commitment-finished"
    NO_TURN_NOW = "no-turn-now"
    NO_BIDS_NOW = "no-bids-now"
    NO_LEARNING_NOW = "no-learning-now"
    CANNOT_SWAP = "cannot-swap"
    ALREADY_SWAPPED = "already-swapped"
    EMPTY = "empty"


class Rejected(Exception):
    """A command was refused; nothing has changed.

    ``values`` fill the placeholders of the sentence. ``field`` names the command's field at fault where
    there is one, so that a modal can show the sentence beside it.
    """

    def __init__(self, reason: Reason, *, field: str | None = None, **values: object) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.field = field
        self.values = values

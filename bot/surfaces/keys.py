"""Our keys of messages, under which the sender finds a message again. A key, once sent, is updated."""


def invitation(set_id: str) -> str:
    """The invitation in the set's channel."""
    return f"set:{set_id}:invitation"


def in_set(set_id: str, what: str) -> str:
    """A post in the set's channel outside any meeting; ``what`` tells one occurrence from another."""
    return f"set:{set_id}:{what}"


def in_meeting(meeting_id: str, what: str) -> str:
    """A message of one meeting, such as ``board``, ``opening``, ``reports``, ``bids``, ``learning`` or
    ``summary``.
    """
    return f"meeting:{meeting_id}:{what}"


def board(meeting_id: str, boards: int = 1) -> str:
    """The one living message of a meeting; everything else of it stands in its thread. ``boards`` is how many
    it has had, where one that was put up before is left behind.
    """
    return in_meeting(meeting_id, "board" if boards <= 1 else f"{boards}:board")


def question(meeting_id: str, question_id: str) -> str:
    """A question in the thread."""
    return in_meeting(meeting_id, f"question:{question_id}")


def commitment(meeting_id: str, commitment_id: str) -> str:
    """A commitment in the thread of the meeting in which it was made."""
    return in_meeting(meeting_id, f"commitment:{commitment_id}")


def direct(meeting_id: str, person: str, what: str) -> str:
    """A DM to one person about one meeting."""
    return f"dm:{meeting_id}:{person}:{what}"


def report_prompt(meeting_id: str, person: str, rung: int) -> str:
    """The first or second prompt to report back."""
    return direct(meeting_id, person, f"report:{rung}")

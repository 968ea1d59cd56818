"""Out to Slack: takes rows of the outbox and calls the Web API. It decides only about delivery.

A row is claimed in one transaction, sent outside of any, and settled in another. So a row that reached
Slack just before a crash is sent once more: at least once, and a duplicate does no harm, because its
buttons act on the same row. docs/decisions/0012-delivery.md has the whole rule.
"""

from bot.sender.failures import LONGEST_WAIT, MOST_ATTEMPTS
from bot.sender.sender import AT_ONCE, OF_ONE_WORKSPACE, Sender

__all__ = ["AT_ONCE", "LONGEST_WAIT", "MOST_ATTEMPTS", "OF_ONE_WORKSPACE", "Sender"]

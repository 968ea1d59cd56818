"""Every table: what a learning set is, what has to happen because of it, and where the app is installed.

Each primary key begins with the workspace, and so does each foreign key: rows of two workspaces cannot
meet.
"""

from bot.storage.tables.columns import METADATA
from bot.storage.tables.delivery import (
    STILL_WAITING,
    TO_SEND,
    Call,
    PromptState,
    RowState,
    due_prompts,
    handled_requests,
    holds,
    lanes,
    outbox,
    paces,
    sent_messages,
)
from bot.storage.tables.installed import (
    WorkspaceState,
    audit,
    installations,
    oauth_states,
    workspaces,
)
from bot.storage.tables.sets import (
    SETTLED_SOMEHOW,
    attendance,
    bids,
    commitments,
    learning_lines,
    learning_sets,
    meetings,
    members,
    people,
    places,
    questions,
    report_backs,
    report_skips,
    takeaways,
    turn_skips,
    turns,
)

__all__ = [
    "METADATA",
    "SETTLED_SOMEHOW",
    "STILL_WAITING",
    "TO_SEND",
    "Call",
    "PromptState",
    "RowState",
    "WorkspaceState",
    "attendance",
    "audit",
    "bids",
    "commitments",
    "due_prompts",
    "handled_requests",
    "holds",
    "installations",
    "lanes",
    "learning_lines",
    "learning_sets",
    "meetings",
    "members",
    "oauth_states",
    "outbox",
    "paces",
    "people",
    "places",
    "questions",
    "report_backs",
    "report_skips",
    "sent_messages",
    "takeaways",
    "turn_skips",
    "turns",
    "workspaces",
]

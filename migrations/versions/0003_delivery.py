"""When rows may be claimed, each workspace's pace, what is held, and what became of each attempt.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
additive = False  # the version before would write lanes and prompts that nobody claims

READY = sa.text("ready_at IS NOT NULL")
FINAL = sa.text("ready_at IS NULL")


def upgrade() -> None:
    _do_not_block_the_bot()
    _columns()
    _fill()
    _indexes()
    _tables()


def downgrade() -> None:
    _do_not_block_the_bot()
    op.drop_table("holds")
    op.drop_table("paces")
    op.create_index("ix_due_prompts_state_due_at", "due_prompts", ["state", "due_at"], unique=False)
    op.drop_index("ix_due_prompts_final", "due_prompts")
    for table in ("lanes", "due_prompts"):
        op.drop_index(f"ix_{table}_workspace_id_ready_at", table)
        op.drop_index(f"ix_{table}_ready_at", table)
    op.drop_index("ix_sent_messages_sent_at", "sent_messages")
    op.execute("UPDATE outbox SET state = 'sending' WHERE state IN ('failed', 'ambiguous', 'held')")
    for table, *columns in (
        ("sent_messages", "perhaps_twice", "sent_at"),
        ("outbox", "tried_at", "put_at", "thread_key"),
        ("lanes", "slot_round", "slot_at", "ready_at"),
        ("due_prompts", "ready_at"),
    ):
        for column in columns:
            op.drop_column(table, column)


def _columns() -> None:
    instant, name = sa.DateTime(timezone=True), sa.String(length=255)
    op.add_column("due_prompts", sa.Column("ready_at", instant, nullable=True))
    op.add_column("lanes", sa.Column("ready_at", instant, nullable=True))
    op.add_column("lanes", sa.Column("slot_at", instant, nullable=True))
    op.add_column("lanes", sa.Column("slot_round", sa.Integer(), nullable=True))
    op.add_column("outbox", sa.Column("thread_key", name, nullable=True))
    op.add_column("outbox", sa.Column("put_at", instant, nullable=True))
    op.add_column("outbox", sa.Column("tried_at", instant, nullable=True))
    op.add_column("sent_messages", sa.Column("sent_at", instant, nullable=True))
    op.add_column(
        "sent_messages", sa.Column("perhaps_twice", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def _fill() -> None:
    """What waits now is claimed by the new columns, too."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("UPDATE outbox SET thread_key = payload ->> 'thread_key'")
    else:
        op.execute("UPDATE outbox SET thread_key = json_extract(payload, '$.thread_key')")
    op.execute(
        "UPDATE lanes SET ready_at = CASE WHEN lease_until > next_at THEN lease_until ELSE next_at END "
        "WHERE EXISTS (SELECT 1 FROM outbox WHERE outbox.workspace_id = lanes.workspace_id "
        "AND outbox.lane = lanes.lane AND state IN ('waiting', 'sending'))"
    )
    op.execute("UPDATE due_prompts SET ready_at = due_at WHERE state = 'due'")
    op.execute("UPDATE due_prompts SET ready_at = lease_until WHERE state = 'leased'")


def _indexes() -> None:
    for table, name in (("lanes", "lane"), ("due_prompts", "key")):
        for title, columns in (
            ("ready_at", []),
            ("workspace_id_ready_at", ["workspace_id", "ready_at", name]),
        ):
            op.create_index(
                f"ix_{table}_{title}",
                table,
                columns or ["ready_at"],
                unique=False,
                sqlite_where=READY,
                postgresql_where=READY,
            )
    op.create_index(
        "ix_due_prompts_final",
        "due_prompts",
        ["due_at"],
        unique=False,
        sqlite_where=FINAL,
        postgresql_where=FINAL,
    )
    op.drop_index("ix_due_prompts_state_due_at", "due_prompts")
    op.create_index("ix_sent_messages_sent_at", "sent_messages", ["sent_at"], unique=False)


def _tables() -> None:
    op.create_table(
        "paces",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("call", sa.String(length=24), nullable=False),
        sa.Column("interval_ms", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("limited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "call", name="pk_paces"),
    )
    op.create_table(
        "holds",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("conversation", sa.String(length=255), nullable=False),
        sa.Column("cause", sa.String(length=24), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "conversation", name="pk_holds"),
    )


def _do_not_block_the_bot() -> None:
    """Give up rather than queue behind a long transaction: everybody else would queue behind us."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")

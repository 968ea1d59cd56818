"""What belongs to one person is sealed; what was erased is on record.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
additive = False  # the version before cannot read what is sealed


def upgrade() -> None:
    """A migration has no key: rows that are there are sealed when written, or by `rotate-keys`."""
    _do_not_block_the_bot()
    op.add_column("questions", sa.Column("triage", sa.Text(), nullable=True))
    op.add_column("takeaways", sa.Column("sealed", sa.Text(), nullable=True))
    op.create_table(
        "audit",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_audit"),
    )
    op.create_index("ix_audit_workspace_id_at", "audit", ["workspace_id", "at"], unique=False)


def downgrade() -> None:
    """What is sealed is lost: without a key it cannot be opened."""
    _do_not_block_the_bot()
    op.drop_table("audit")
    op.execute("DELETE FROM takeaways WHERE sealed IS NOT NULL")
    op.execute("UPDATE questions SET state = 'passed' WHERE state = 'settled'")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DELETE FROM outbox WHERE json_typeof(payload) = 'string'")
    else:
        op.execute("DELETE FROM outbox WHERE json_type(payload) = 'text'")
    op.drop_column("takeaways", "sealed")
    op.drop_column("questions", "triage")


def _do_not_block_the_bot() -> None:
    """Give up rather than queue behind a long transaction: everybody else would queue behind us."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")

"""Why a set or a person cannot be reached, and how many boards a meeting has had.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    _do_not_block_the_bot()
    op.add_column("learning_sets", sa.Column("hindered_by", sa.String(length=24), nullable=True))
    op.add_column("learning_sets", sa.Column("hindered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "learning_sets",
        sa.Column("sharing_agreed", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for people in ("hindered_people", "unwritable_people"):
        op.add_column(
            "learning_sets",
            sa.Column(people, sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
        )
    op.add_column("meetings", sa.Column("boards", sa.Integer(), nullable=False, server_default=sa.text("0")))


def downgrade() -> None:
    _do_not_block_the_bot()
    op.drop_column("meetings", "boards")
    for column in ("unwritable_people", "hindered_people", "sharing_agreed", "hindered_at", "hindered_by"):
        op.drop_column("learning_sets", column)


def _do_not_block_the_bot() -> None:
    """Give up rather than queue behind a long transaction: everybody else would queue behind us."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")

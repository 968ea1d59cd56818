"""What is known of each workspace's pace, and each attempt.

Revision: 0003, after 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _do_not_block_the_bot()


def downgrade() -> None:
    _do_not_block_the_bot()


def _do_not_block_the_bot() -> None:
    """Give up rather than queue behind a long transaction: everybody else would queue behind us."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")

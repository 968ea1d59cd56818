"""What belongs to one person is sealed; what was erased is on record.

Revision: 0005, after 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
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

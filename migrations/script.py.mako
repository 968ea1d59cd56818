"""${message}

Revision: ${up_revision}, after ${down_revision | comma,n}
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}
additive = False  # True where the version before may still run on it, and read what this one writes


def upgrade() -> None:
    _do_not_block_the_bot()
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    _do_not_block_the_bot()
    ${downgrades if downgrades else "pass"}


def _do_not_block_the_bot() -> None:
    """Give up rather than queue behind a long transaction: everybody else would queue behind us."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")

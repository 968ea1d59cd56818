"""Alembic runs this for each command; the connection comes from bot/storage/migrate.py."""

from alembic import context

from bot.storage.migrate import COMPATIBILITY, note_oldest_code, one_at_a_time
from bot.storage.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
    include_name=lambda name, kind, _parents: kind != "table" or name != COMPATIBILITY.name,
)
with context.begin_transaction():
    one_at_a_time(connection)
    context.run_migrations()
    note_oldest_code(connection)

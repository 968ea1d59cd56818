"""What can be seen without Slack: words, keys, the database."""

from sqlalchemy.exc import SQLAlchemyError

from bot.doctor.findings import Finding, State, ok, wrong
from bot.health import FIT
from bot.prompt_library import PromptError, PromptLibrary
from bot.settings import Settings
from bot.storage.migrate import SchemaState, check
from bot.storage.resealing import SEALED_TABLES
from bot.storage.unit_of_work import Database
from bot.vault import CannotOpen, Vault

KEYS = "encryption keys"


def words(settings: Settings) -> Finding:
    """The files from which every message comes."""
    try:
        PromptLibrary.load(settings.prompts_dir)
    except PromptError as error:
        return wrong("words", str(error))
    return ok("words", "every message and format is there")


def encryption_keys(settings: Settings) -> tuple[Vault | None, Finding]:
    """The vault, where there are keys."""
    if settings.encryption_keys is None:
        return None, wrong(
            KEYS,
            "ENCRYPTION_KEYS is missing. Make a key with `action-learning new-key`, and keep it apart from "
            "the database and its backups.",
        )
    keys = settings.encryption_keys.get_secret_value()
    return Vault.read(keys), ok(KEYS, f"there are {keys.count(',') + 1}")


async def opening(keys: Finding, database: Database, schema: Finding) -> Finding:
    """Whether the keys open what was sealed before; looks at a few rows of each kind."""
    if State.WRONG in (keys.state, schema.state):
        return keys
    try:
        async with database.reading() as unit:
            for table in SEALED_TABLES:
                await unit.resealing.try_some(table)
    except CannotOpen:
        return wrong(
            KEYS,
            "none opens what lies sealed in the database. Put the key with which it was sealed into "
            "ENCRYPTION_KEYS, behind the newest.",
        )
    return ok(KEYS, f"{keys.told}, and what lies sealed opens")


def database_and_schema(database_url: str) -> Finding:
    """Whether the database answers, and whether this version runs on what it finds there."""
    try:
        state = check(database_url)
    except (SQLAlchemyError, OSError) as error:
        return wrong(
            "database",
            f"it cannot be used ({type(error).__name__}). Is DATABASE_URL right, and is the server up?",
        )
    if state in FIT:
        return ok("database", f"it answers, and its schema is {state}")
    if state is SchemaState.NEWER:
        return wrong("database", "it was made by a later version of this bot. Install that version.")
    return wrong("database", f"its schema is {state}. Run `action-learning migrate`; it keeps what is there.")

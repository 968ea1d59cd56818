"""What the operator may set, read once from the environment.

Every name is an environment variable as written here in capitals; the README lists them for operators.
"""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.vault import Vault

MOST_DAYS = 36_500
MOST_GRACE_DAYS = 365
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("json", "text")

_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}


def beside_the_code(name: str) -> Path:
    """The folder `name` next to the package: the repository's in a clone, the wheel's where installed."""
    return Path(__file__).resolve().parent.parent / name


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _slack_api_url(url: str) -> str:
    """With one slash at the end, as slack_sdk joins method names to it."""
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a web address such as https://slack.com/api/; leave it out to reach Slack")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError(
            "may be plain http only on this machine (127.0.0.1, ::1 or localhost), because the token travels "
            "with every call; use https, or leave it out to reach Slack"
        )
    return url.strip().rstrip("/") + "/"


def _public_url(url: str) -> str:
    """Without a slash at the end."""
    parts = urlsplit(url.strip())
    alone = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    secure = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
    if not (parts.hostname and alone and secure):
        raise ValueError(
            "must be the https address at which this bot is reached from outside and nothing more: "
            "for example https://als.example.org"
        )
    return url.strip().rstrip("/")


def _page_url(url: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme != "https" or not parts.hostname or parts.username:
        raise ValueError("must be the https address of a page that everybody can read")
    return url.strip()


def _client_id(client_id: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.]+", client_id.strip()):
        raise ValueError(
            "must be the Client ID; copy it from Basic Information in the settings of your Slack app"
        )
    return client_id.strip()


def _database_url(url: str) -> str:
    """With the asynchronous driver that this bot uses."""
    scheme, separator, rest = url.strip().partition("://")
    if scheme not in _DRIVERS or not separator:
        raise ValueError(
            "must begin with postgresql:// or sqlite:///, for example postgresql://user@host/database "
            "or sqlite:///action-learning.sqlite3"
        )
    if scheme.startswith("sqlite") and not rest.startswith("/"):
        raise ValueError(
            "names an SQLite file after three slashes, for example sqlite:///action-learning.sqlite3"
        )
    return f"{_DRIVERS[scheme]}://{rest}"


def _prompts_dir(folder: Path) -> Path:
    if not folder.is_dir():
        raise ValueError(
            "must be a folder that holds one folder per language; leave it out to use the bot's own"
        )
    return folder.resolve()


def _log_level(level: str) -> str:
    if level.strip().upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return level.strip().upper()


def _log_format(form: str) -> str:
    if form.strip().lower() not in LOG_FORMATS:
        raise ValueError(f"must be one of {', '.join(LOG_FORMATS)}")
    return form.strip().lower()


def _token(*beginnings: str, place: str) -> AfterValidator:
    """Slack's tokens say in their first letters what they are; two swapped ones are the commonest mistake."""

    def check(token: SecretStr) -> SecretStr:
        stripped = token.get_secret_value().strip()
        if not stripped.startswith(beginnings):
            raise ValueError(
                f"must begin with {beginnings[0]}; copy it from {place} in the settings of your Slack app"
            )
        return SecretStr(stripped)

    return AfterValidator(check)


def _signing_secret(secret: SecretStr) -> SecretStr:
    stripped = secret.get_secret_value().strip()
    if not stripped or not stripped.isascii() or stripped.startswith(("xoxb-", "xapp-", "xoxe")):
        raise ValueError(
            "must be the signing secret, not a token; copy it from Basic Information in the settings of your "
            "Slack app"
        )
    return SecretStr(stripped)


def _encryption_keys(keys: SecretStr) -> SecretStr:
    Vault.read(keys.get_secret_value())
    return keys


BotToken = Annotated[SecretStr, _token("xoxb-", "xoxe.xoxb-", place="OAuth & Permissions")]
AppToken = Annotated[SecretStr, _token("xapp-", place="Basic Information")]
FOR_EVER = "never"
"""What an operator writes who wants nothing deleted by itself; kept as 0 days."""


def days_of(text: object) -> object:
    """A number of days, 1 or more; "never" is 0. Raises ValueError."""
    written = str(text).strip().lower()
    if written == FOR_EVER:
        return 0
    if not written.isdecimal() or not 1 <= int(written) <= MOST_DAYS:
        raise ValueError(f"must be a number of days from 1 to {MOST_DAYS}, or never")
    return int(written)


def _grace_days(text: object) -> object:
    """Whole days; 0 deletes with the next tick."""
    written = str(text).strip()
    if not written.isdecimal() or int(written) > MOST_GRACE_DAYS:
        raise ValueError(f"must be a number of days from 0 to {MOST_GRACE_DAYS}")
    return int(written)


EncryptionKeys = Annotated[SecretStr, AfterValidator(_encryption_keys)]


class Settings(BaseSettings):
    """Settings of one process. Raises `pydantic.ValidationError`; give that to `explain` for the operator.

    The tokens and keys may be missing here: who needs them says so itself.
    """

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True, validate_default=False
    )

    slack_bot_token: BotToken | None = None
    slack_app_token: AppToken | None = None
    slack_signing_secret: Annotated[SecretStr, AfterValidator(_signing_secret)] | None = None
    slack_client_id: Annotated[str, AfterValidator(_client_id)] | None = None
    slack_client_secret: SecretStr | None = None
    public_url: Annotated[str, AfterValidator(_public_url)] | None = None
    privacy_url: Annotated[str, AfterValidator(_page_url)] | None = None
    support_url: Annotated[str, AfterValidator(_page_url)] | None = None
    encryption_keys: EncryptionKeys | None = None
    retention_days: Annotated[int, BeforeValidator(days_of)] = 365
    uninstall_grace_days: Annotated[int, BeforeValidator(_grace_days)] = 30
    slack_api_url: Annotated[str, AfterValidator(_slack_api_url)] = "https://slack.com/api/"
    database_url: Annotated[str, AfterValidator(_database_url), Field(repr=False)] = (
        "sqlite+aiosqlite:///action-learning.sqlite3"
    )
    log_level: Annotated[str, AfterValidator(_log_level)] = "INFO"
    log_format: Annotated[str, AfterValidator(_log_format)] | None = None
    prompts_dir: Annotated[Path, AfterValidator(_prompts_dir)] = beside_the_code("prompts")


def explain(error: ValidationError) -> str:
    """One line for each wrong setting: its name and what to do, never its value, which may be a secret."""
    return "\n".join(f"{_name(item)} {_sentence(item)}." for item in error.errors(include_input=False))


def _name(item: ErrorDetails) -> str:
    return str(item["loc"][0]).upper()


def _sentence(item: ErrorDetails) -> str:
    """Our own rule's sentence; a check of pydantic's is named by kind, as its text may quote the value."""
    rule = item.get("ctx", {}).get("error")
    return str(rule) if isinstance(rule, ValueError) else f"cannot be read ({item['type']})"

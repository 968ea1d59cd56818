"""Settings come from the environment; a wrong one is answered with what to do, never with its value."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings, beside_the_code, explain
from bot.vault import new_key

NAMES = tuple(name.upper() for name in Settings.model_fields)


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def _refusal(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> str:
    """What the operator is told about one wrong setting; checks on the way that nothing shows the value."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    told = explain(caught.value)
    assert told.startswith(f"{name} ")
    assert told.endswith(".")
    assert value not in told
    assert value not in str(caught.value)
    return told


def test_an_empty_environment_is_enough() -> None:
    settings = Settings()
    assert settings.slack_bot_token is None
    assert settings.slack_app_token is None
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.database_url == "sqlite+aiosqlite:///action-learning.sqlite3"
    assert settings.log_level == "INFO"
    assert settings.prompts_dir == beside_the_code("prompts")


def test_an_empty_value_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, "")
    assert Settings() == Settings.model_construct()


def test_prompts_and_migrations_lie_beside_the_code() -> None:
    assert (beside_the_code("prompts") / "en" / "formats").is_dir()
    assert (beside_the_code("migrations") / "versions").is_dir()


def test_tokens_are_taken_without_the_blanks_around_them_and_never_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", " xoxb-hidden\n")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-hidden")
    settings = Settings()
    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "xoxb-hidden"
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "swapped"), [("SLACK_BOT_TOKEN", "xapp-of-the-other"), ("SLACK_APP_TOKEN", "xoxb-of-the-other")]
)
def test_swapped_tokens_are_noticed(monkeypatch: pytest.MonkeyPatch, name: str, swapped: str) -> None:
    assert "must begin with" in _refusal(monkeypatch, name, swapped)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://slack.example/api", "https://slack.example/api/"),
        ("https://slack.example/api//", "https://slack.example/api/"),
        ("http://127.0.0.1:8080/api/", "http://127.0.0.1:8080/api/"),
        ("http://localhost/api", "http://localhost/api/"),
        ("http://[::1]:8080/api", "http://[::1]:8080/api/"),
    ],
)
def test_the_address_of_slack(monkeypatch: pytest.MonkeyPatch, given: str, taken: str) -> None:
    monkeypatch.setenv("SLACK_API_URL", given)
    assert Settings().slack_api_url == taken


@pytest.mark.parametrize(
    "url", ["http://slack.example/api/", "http://127.0.0.1.example/", "http://10.0.0.1/api/"]
)
def test_plain_http_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert "plain http only on this machine" in _refusal(monkeypatch, "SLACK_API_URL", url)


@pytest.mark.parametrize("url", ["slack.example", "ftp://slack.example/", "https:///api/"])
def test_what_is_no_web_address_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert "web address" in _refusal(monkeypatch, "SLACK_API_URL", url)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("postgres://ada:pw@db/als?host=/run", "postgresql+psycopg://ada:pw@db/als?host=/run"),
        ("postgresql://db/als", "postgresql+psycopg://db/als"),
        ("postgresql+psycopg://db/als", "postgresql+psycopg://db/als"),
        ("sqlite:///als.sqlite3", "sqlite+aiosqlite:///als.sqlite3"),
        ("sqlite+aiosqlite:////var/als.sqlite3", "sqlite+aiosqlite:////var/als.sqlite3"),
    ],
)
def test_the_database_gets_the_driver_that_the_bot_has(
    monkeypatch: pytest.MonkeyPatch, given: str, taken: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    settings = Settings()
    assert settings.database_url == taken
    assert taken not in repr(settings)


@pytest.mark.parametrize("url", ["mysql://ada:pw@db/als", "als.sqlite3", "sqlite://als.sqlite3"])
def test_another_database_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert "for example" in _refusal(monkeypatch, "DATABASE_URL", url)


def test_a_log_level_is_taken_in_any_case_and_another_word_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "debug")
    assert Settings().log_level == "DEBUG"
    assert "DEBUG, INFO, WARNING, ERROR" in _refusal(monkeypatch, "LOG_LEVEL", "loud")


def test_a_folder_of_prompts_of_ones_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PROMPTS_DIR", str(tmp_path))
    assert Settings().prompts_dir == tmp_path.resolve()
    assert "must be a folder" in _refusal(monkeypatch, "PROMPTS_DIR", str(tmp_path / "missing"))


def test_every_wrong_setting_has_its_own_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    monkeypatch.setenv("DATABASE_URL", "oracle://db")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert [line.split()[0] for line in explain(caught.value).splitlines()] == ["DATABASE_URL", "LOG_LEVEL"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://als.example.org", "https://als.example.org"),
        (" https://als.example.org:8443/ ", "https://als.example.org:8443"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://localhost:3000/", "http://localhost:3000"),
    ],
)
def test_a_public_address_is_a_host_alone(monkeypatch: pytest.MonkeyPatch, given: str, kept: str) -> None:
    monkeypatch.setenv("PUBLIC_URL", given)
    assert Settings().public_url == kept


@pytest.mark.parametrize(
    "wrong",
    [
        "bot.invalid",
        "http://als.example.org",
        "https://als.example.org/bot",
        "https://als.example.org?x=1",
        "https://who@als.example.org",
        "https://?",
        "javascript:alert(1)",
    ],
)
def test_another_public_address_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    assert "https address" in _refusal(monkeypatch, "PUBLIC_URL", wrong)


def test_a_client_id_is_no_address_and_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Basic Information" in _refusal(monkeypatch, "SLACK_CLIENT_ID", "12.34&scope=admin")
    monkeypatch.setenv("SLACK_CLIENT_ID", " 12.34 ")
    assert Settings().slack_client_id == "12.34"


def test_the_client_secret_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "very-secret")
    assert "very-secret" not in repr(Settings())


@pytest.mark.parametrize(("written", "days"), [("30", 30), (" never ", 0), ("Never", 0), ("36500", 36_500)])
def test_days_of_retention_are_a_number_or_never(
    monkeypatch: pytest.MonkeyPatch, written: str, days: int
) -> None:
    monkeypatch.setenv("RETENTION_DAYS", written)
    assert Settings().retention_days == days


@pytest.mark.parametrize("written", ["0", "-3", "ten", "1.5", "36501"])
def test_other_days_are_refused(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("RETENTION_DAYS", written)
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert "from 1 to 36500, or never" in explain(caught.value)


@pytest.mark.parametrize(("written", "days"), [("", 30), ("0", 0), (" 7 ", 7), ("365", 365)])
def test_content_of_a_workspace_that_left_is_kept_for_some_days(
    monkeypatch: pytest.MonkeyPatch, written: str, days: int
) -> None:
    monkeypatch.setenv("UNINSTALL_GRACE_DAYS", written)
    assert Settings().uninstall_grace_days == days


@pytest.mark.parametrize("written", ["-1", "never", "2.5", "366"])
def test_content_of_a_workspace_that_left_is_never_kept_for_ever(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("UNINSTALL_GRACE_DAYS", written)
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert "UNINSTALL_GRACE_DAYS must be a number of days from 0 to 365." in explain(caught.value)


def test_keys_are_read_and_a_malformed_one_is_told_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENCRYPTION_KEYS", f"{new_key()}, {new_key()}")
    assert Settings().encryption_keys is not None
    assert "number 2" in _refusal(monkeypatch, "ENCRYPTION_KEYS", f"{new_key()},secret")


@pytest.mark.parametrize("name", ["PRIVACY_URL", "SUPPORT_URL"])
def test_a_page_of_the_operators_is_read_over_https(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, " https://als.example.org/notice?lang=en ")
    assert getattr(Settings(), name.lower()) == "https://als.example.org/notice?lang=en"
    for wrong in (
        "http://als.example.org",
        "javascript:alert(1)",
        "https:///n",
        "https://me:secret@als.example.org",
    ):
        assert "https address of a page" in _refusal(monkeypatch, name, wrong)

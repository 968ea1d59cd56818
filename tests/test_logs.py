"""One door from records to the operator: ids and places pass, sentences do not."""

import ast
import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.logs import FIELDS, IdsOnly, about, configure_logs
from tests.house_rules import LOG_METHODS, sources

SECRET = "the pomelo is mine"


class Output:
    """What was written."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def output() -> Output:
    output = Output()
    configure_logs("DEBUG", "json", output.stream)
    return output


def test_a_line_is_one_object_with_its_ids_and_those_of_what_it_is_about(output: Output) -> None:
    with about(workspace="T1", request="t.1"):
        logging.getLogger("bot.sender").info("sent", extra={"key": "meeting:1:board", "attempt": 2})
    logging.getLogger("bot.sender").info("sent")

    within, after = output.lines
    assert (
        within.items()
        >= {
            "level": "INFO",
            "logger": "bot.sender",
            "message": "sent",
            "workspace": "T1",
            "request": "t.1",
            "key": "meeting:1:board",
            "attempt": 2,
        }.items()
    )
    assert within["at"].endswith("+00:00")
    assert set(after) == {"at", "level", "logger", "message"}


def test_what_is_no_id_by_name_is_left_out(output: Output) -> None:
    logging.getLogger("bot.sender").info("sent", extra={"wording": SECRET})
    assert output.lines[0]["message"] == "sent"
    assert SECRET not in output.text


def test_libraries_are_heard_from_warnings_on_and_only_in_constants(output: Output) -> None:
    library = logging.getLogger("some.library")
    library.setLevel(logging.DEBUG)
    library.debug("%s", SECRET)
    library.info(SECRET)
    library.warning("refused %s", SECRET, extra={"key": SECRET})
    library.error(f"refused {SECRET}")

    warned, failed = output.lines
    assert (warned["message"], failed["message"]) == ("refused %s", "")
    assert "tests/test_logs.py:" in warned["where"]
    assert SECRET not in output.text


class Form(BaseModel):
    """Of a number."""

    number: int


def every_failure() -> Iterator[BaseException]:
    """Exceptions whose texts quote what somebody wrote, in each way in which one may hold another."""
    try:
        Form.model_validate({"number": SECRET})
    except ValidationError as error:
        yield error
        caused = RuntimeError(SECRET)
        caused.__cause__ = error
        caused.add_note(SECRET)
        yield caused
        yield ExceptionGroup(SECRET, [caused, ValueError(SECRET)])
        meanwhile = OSError(SECRET)
        meanwhile.__context__ = KeyError(SECRET)
        yield meanwhile


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("name", ["bot.clock", "asyncio"])
def test_an_exception_is_told_by_its_kind_and_its_places(output: Output, form: str, name: str) -> None:
    configure_logs("DEBUG", form, output.stream)
    for error in every_failure():
        logging.getLogger(name).error("it failed", exc_info=error)
    for kind in ("ValidationError", "RuntimeError", "ExceptionGroup", "ValueError", "KeyError", "OSError"):
        assert kind in output.text
    assert "tests/test_logs.py:" in output.text
    assert SECRET not in output.text


def test_slack_s_code_is_told_and_nothing_else_of_its_answer(output: Output) -> None:
    said = {"ok": False, "error": "msg_too_long", "response_metadata": {"messages": [SECRET]}}
    answer = AsyncSlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data=said, headers={}, status_code=200
    )
    logging.getLogger("bot.x").error("it failed", exc_info=SlackApiError(SECRET, answer))  # type: ignore[no-untyped-call]
    assert output.lines[0]["trace"] == ["slack_sdk.errors.SlackApiError msg_too_long"]


def test_a_line_that_cannot_be_made_is_told_by_its_place(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = logging.getLogger("bot.x")
    record = nowhere.makeRecord("bot.x", logging.INFO, "bot/x.py", 7, "%d", (SECRET,), None)
    for handler in logging.getLogger().handlers:
        if isinstance(handler, IdsOnly):
            handler.handle(record)
    assert output.text == ""
    assert capsys.readouterr().err == "a log line was lost: bot.x bot/x.py:7\n"


def test_what_nobody_caught_is_told_in_the_same_way(output: Output) -> None:
    error = RuntimeError(SECRET)
    sys.excepthook(RuntimeError, error, None)
    assert output.lines[0]["level"] == "CRITICAL"
    assert output.lines[0]["trace"] == ["builtins.RuntimeError"]


def test_text_is_for_a_terminal_and_json_for_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for watched, begins in ((True, "20"), (False, "{")):
        stream = io.StringIO()
        monkeypatch.setattr(stream, "isatty", lambda watched=watched: watched)
        configure_logs("INFO", None, stream)
        logging.getLogger("bot.x").warning("hello", extra={"reason": "two words"})
        assert stream.getvalue().startswith(begins)
        assert stream.getvalue().count("\n") == 1


def test_every_line_of_ours_names_its_ids_as_the_logs_know_them() -> None:
    named = [
        (path, node.lineno, key.value)
        for path, source in sources().items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and _logs(node)
        for key in _extras(node)
        if isinstance(key, ast.Constant)
    ]
    assert len(named) > 5
    assert [each for each in named if each[2] not in FIELDS] == []


def _logs(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr in LOG_METHODS


def _extras(node: ast.Call) -> Iterator[ast.expr | None]:
    given = [word.value for word in node.keywords if word.arg == "extra"]
    yield from (
        key for each in given for part in ast.walk(each) if isinstance(part, ast.Dict) for key in part.keys
    )

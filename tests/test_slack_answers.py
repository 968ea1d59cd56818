"""What an answer says is read from every sort of it that slack_sdk hands over."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_answers import code_of, named, retry_after, status_of
from tests.fake_slack import FakeSlack, Scripted, error, fake_slack


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with fake_slack() as slack:
        yield slack


async def refused(slack: FakeSlack, answer: Scripted) -> SlackApiError:
    slack.script["chat.postMessage"] = [answer]
    client = AsyncWebClient(token="xoxb-fake", base_url=slack.url, retry_handlers=[])
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="Hello")
    return caught.value


@pytest.mark.parametrize(
    ("answer", "code", "name"),
    [
        (error("user_not_found"), "user_not_found", "user_not_found"),
        (Scripted("upstream connect error", 503, "text/plain"), None, "http_503"),
        (Scripted("<html>bad gateway</html>", 502, "text/html"), None, "http_502"),
        (Scripted("<html>bad gateway</html>", 502), None, "http_502"),
    ],
    ids=["slack", "plain text", "a page", "a page that is said to be JSON"],
)
async def test_every_sort_of_answer_has_a_name(
    slack: FakeSlack, answer: Scripted, code: str | None, name: str
) -> None:
    response = (await refused(slack, answer)).response
    assert (code_of(response), named(response), status_of(response)) == (code, name, answer.status)


@pytest.mark.parametrize(
    ("said", "wait"),
    [("7", 7), ("99999", 86_400), ("100000", None), ("1.5", None), ("-1", None), ("", None), ("٣", None)],
)
def test_only_whole_seconds_are_waited_for_and_no_longer_than_a_day(said: str, wait: int | None) -> None:
    response = HttpResponse(status_code=429, headers={"retry-after": said})
    assert retry_after(response) == (None if wait is None else timedelta(seconds=wait))


async def test_slacks_wish_to_be_left_alone_is_read_from_an_error(slack: FakeSlack) -> None:
    limited = await refused(slack, error("ratelimited", 429, **{"Retry-After": "30"}))
    assert retry_after(limited.response) == timedelta(seconds=30)

"""What an error answer of Slack, or of somebody between us and Slack, says.

The sort of answer varies: slack_sdk hands over its own where it could read the body, aiohttp's where that was
announced as JSON and is none, and one more to what decides whether to try again. A proxy's plain text has
neither a code nor a `get`.
"""

from datetime import timedelta
from typing import Any

from aiohttp import ClientResponse
from slack_sdk.http_retry.response import HttpResponse

TOO_MANY_REQUESTS = 429
MOST_SECONDS = 86_400
"""No wait is longer than a day, whatever a header says."""


def status_of(response: Any) -> int:
    """The status of HTTP."""
    status: int = response.status if isinstance(response, ClientResponse) else response.status_code
    return status


def code_of(response: Any) -> str | None:
    """Slack's own word for what is wrong; None where somebody between us and Slack has answered."""
    data = response.body if isinstance(response, HttpResponse) else getattr(response, "data", response)
    code = data.get("error") if isinstance(data, dict) else None
    return str(code) if code else None


def named(response: Any) -> str:
    """A short name for it in any case: Slack's own word, or the status as ``http_503``."""
    return code_of(response) or f"http_{status_of(response)}"


def retry_after(response: Any) -> timedelta | None:
    """How long Slack wants to be left alone; None where the header is missing or says nothing whole."""
    said = next((value for name, value in response.headers.items() if name.lower() == "retry-after"), "")
    text = said if isinstance(said, str) else "".join(said)
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(MOST_SECONDS))
    return timedelta(seconds=min(int(text), MOST_SECONDS)) if is_number else None

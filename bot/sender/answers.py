"""What an error answer of Slack, or of somebody between us and Slack, says."""

from datetime import timedelta
from typing import Any

from aiohttp import ClientResponse

MOST_SECONDS = 86_400
"""No wait is longer than a day, whatever a header says."""


def status_of(response: Any) -> int:
    """Of a SlackResponse, or of aiohttp's own where the body could not be read."""
    status: int = response.status if isinstance(response, ClientResponse) else response.status_code
    return status


def code_of(response: Any) -> str | None:
    """Slack's own word for what is wrong; None where somebody between us and Slack has answered."""
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    return str(code) if code else None


def retry_after(response: Any) -> timedelta | None:
    """What the header says; None when it is missing or is not a whole number of seconds."""
    said = str(response.headers.get("Retry-After", ""))
    is_number = said.isascii() and said.isdigit() and len(said) < len(str(MOST_SECONDS)) + 1
    return timedelta(seconds=min(int(said), MOST_SECONDS)) if is_number else None

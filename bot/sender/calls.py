"""The calls of the Web API that change Slack."""

from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.outgoing import HomeView, Message, PrivateNotice
from bot.sender.results import Done, Never, Result
from bot.slack_answers import code_of
from bot.storage.outbox import Delivery, Sent
from bot.storage.tables import Call

METHODS = {
    Call.POST: "chat.postMessage",
    Call.UPDATE: "chat.update",
    Call.NOTICE: "chat.postEphemeral",
    Call.HOME: "views.publish",
}
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Slack's codes for a message that can no longer be updated."""
EVENT_TYPE = "action_learning"


async def send(client: AsyncWebClient, delivery: Delivery) -> Result:
    """Send a row. Raises `SlackApiError` for what Slack refuses, and whatever the network raises."""
    outgoing = delivery.outgoing
    if isinstance(outgoing, Message):
        return await _send_message(client, delivery, outgoing)
    if isinstance(outgoing, PrivateNotice):
        return await _send_notice(client, delivery, outgoing)
    return await _publish_home(client, outgoing)


async def _send_message(client: AsyncWebClient, delivery: Delivery, message: Message) -> Result:
    """An update of what was sent under this key; a new post where nothing was, or where it is gone."""
    if delivery.sent is not None and await _update(client, delivery.sent, message):
        return Done(delivery.sent)
    if message.update_only:
        return Done()
    if message.thread_key is not None and delivery.thread is None:
        return Never("thread_was_not_sent")
    return await _post(client, message, delivery.thread)


async def _update(client: AsyncWebClient, sent: Sent, message: Message) -> bool:
    """Whether it could be updated; False when it is gone from Slack."""
    try:
        await client.chat_update(
            channel=sent.channel,
            ts=sent.ts,
            text=message.text,
            blocks=message.blocks,
            metadata=_metadata(message),
        )
    except SlackApiError as error:
        if code_of(error.response) not in GONE:
            raise
        return False
    return True


async def _post(client: AsyncWebClient, message: Message, thread: Sent | None) -> Result:
    answer = await client.chat_postMessage(
        channel=thread.channel if thread else message.conversation,
        text=message.text,
        blocks=message.blocks,
        metadata=_metadata(message),
        unfurl_links=False,
        unfurl_media=False,
        thread_ts=thread.ts if thread else None,
        reply_broadcast=message.broadcast if thread else None,
    )
    return Done(Sent(channel=answer["channel"], ts=answer["ts"]), posted=True)


async def _send_notice(client: AsyncWebClient, delivery: Delivery, notice: PrivateNotice) -> Result:
    """In the thread where it belongs, or beside it: it is a word to somebody who waits for it now."""
    await client.chat_postEphemeral(
        channel=notice.conversation,
        user=notice.reader,
        text=notice.text,
        blocks=notice.blocks,
        thread_ts=delivery.thread.ts if delivery.thread else None,
    )
    return Done()


async def _publish_home(client: AsyncWebClient, home: HomeView) -> Result:
    await client.views_publish(user_id=home.person, view=home.view)
    return Done()


def _metadata(message: Message) -> dict[str, Any]:
    """Anybody in the conversation can read it: opaque ids only."""
    stage = {"stage": message.stage} if message.stage is not None else {}
    return {"event_type": EVENT_TYPE, "event_payload": {"key": message.key} | stage}

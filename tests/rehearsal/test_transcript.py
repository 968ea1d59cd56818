"""The transcript tells the whole story from what the server received."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from bot.rehearsal.block_kit import readable_text
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.server import LocalSlack
from tests.rehearsal.apps import MANIFEST
from tests.rehearsal.calling import call
from tests.rehearsal.samples import button, home, modal, plain, section


async def test_every_line_has_time_kind_people_place_stage_and_the_whole_text(
    clock: MovableClock, tmp_path: Path
) -> None:
    file = tmp_path / "story.jsonl"
    slack = LocalSlack(clock, MANIFEST, transcript=file)
    await slack.start()
    ada = slack.add_person("ada")
    channel = slack.add_channel("lab", [ada])
    metadata = {"event_type": "board", "event_payload": {"stage": "reflection"}}
    blocks = [
        section(f"<@{ada.id}>, what shifted?"),
        {"type": "actions", "elements": [button("ask", text=plain("Ask"))]},
    ]
    posted = await call(
        slack, "chat.postMessage", channel=channel.id, text="short", blocks=blocks, metadata=metadata
    )
    await call(slack, "chat.update", channel=channel.id, ts=posted.body["ts"], text="over")
    await call(slack, "chat.postEphemeral", channel=channel.id, user=ada.id, text="psst")
    await call(slack, "views.publish", user_id=ada.id, view=home([section("Home")]))
    trigger = slack.world.triggers.issue(ada.id, clock.now())
    await call(slack, "views.open", trigger_id=trigger, view=modal(private_metadata='{"stage": "action"}'))
    await ada.close_modal()
    await slack.stop()
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert lines == slack.transcript.entries
    assert [(one["kind"], one["user"], one["channel"], one["stage"]) for one in lines] == [
        ("message_posted", slack.bot_user_id, channel.id, "reflection"),
        ("message_updated", slack.bot_user_id, channel.id, "reflection"),
        ("ephemeral_posted", ada.id, channel.id, None),
        ("home_published", ada.id, None, None),
        ("modal_opened", ada.id, None, "action"),
        ("act_closed", ada.id, None, "action"),
    ]
    assert lines[0]["text"] == "@Ada, what shifted?\nAsk"
    assert lines[1]["text"] == "over"
    assert all(datetime.fromisoformat(one["at"]) == clock.now() for one in lines)


def test_rich_text_dates_and_links_read_as_people_see_them() -> None:
    blocks = [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "By "},
                        {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "1 April"},
                        {"type": "user", "user_id": "U1"},
                    ],
                },
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}
                    ],
                },
            ],
        },
        section("<!date^1^{time}|14:35> on <https://meet.example|the call> &amp; here"),
    ]
    names = {"U1": "Ada"}
    assert readable_text(blocks, name_of=lambda one: names.get(one, one)).split("\n") == [
        "By 1 April@Ada",
        "• one",
        "14:35 on the call & here",
    ]

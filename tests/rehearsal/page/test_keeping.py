"""What a local Slack holds can be kept and put back."""

import json

import pytest

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.keeping import kept, put_back
from bot.rehearsal.model import Message
from bot.rehearsal.page.unread import Unread
from bot.rehearsal.server import LocalSlack
from tests.rehearsal.apps import MANIFEST


def test_a_slack_that_was_kept_holds_the_same_and_gives_no_id_twice(clock: MovableClock) -> None:
    slack = LocalSlack(clock, MANIFEST)
    ama = slack.add_person("ama", tz="Africa/Accra")
    channel = slack.add_channel("heads", [ama], is_private=True)
    said = ama.say("Good morning", channel)
    slack.world.views.publish(ama.id, {"type": "home", "blocks": []})
    document = json.loads(json.dumps(kept(slack)))

    again = LocalSlack(clock, MANIFEST)
    put_back(again, document)

    person = again.person("ama")
    assert (person.id, person.account.tz) == (ama.id, "Africa/Accra")
    assert [one.text for one in person.messages(channel.id)] == ["Good morning"]
    assert person.home is not None
    assert again.bot_user_id == slack.bot_user_id
    assert again.bot_token == slack.bot_token
    assert again.world.next_ts() > said.ts
    assert again.add_person("ben").id not in slack.workspace.accounts


@pytest.mark.parametrize("harm", [{"ts": None}, {"messages": [{"colour": "red"}]}, {"accounts": [{}]}])
def test_what_was_not_kept_by_this_version_is_refused(clock: MovableClock, harm: dict[str, object]) -> None:
    slack = LocalSlack(clock, MANIFEST)
    document = kept(slack) | harm
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        put_back(LocalSlack(clock, MANIFEST), document)


def test_unread_counts_what_others_said_since_the_last_look() -> None:
    messages = [Message(ts=f"{n}.000000", channel="C1", user=who) for n, who in enumerate("UVUV", start=1)]
    unread = Unread()
    assert unread.count("U", "C1", messages) == 2
    assert unread.read("U", "C1", messages[:2])
    assert not unread.read("U", "C1", messages[:1])
    assert unread.count("U", "C1", messages) == 1
    assert Unread.from_json(json.loads(json.dumps(unread.marks))).count("U", "C1", messages) == 1

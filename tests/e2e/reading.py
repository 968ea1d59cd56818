"""What a member reads, taken from what Slack was sent."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.rehearsal.model import Message
from tests.e2e.world import World


async def answer(world: World, name: str, line: str, *, private: bool = False) -> str:
    """Type a command; the private answer, as it is read."""
    act = await world.command(name, line, private=private)
    assert act.reply is not None, f"no answer to {line}"
    assert act.reply.ephemeral_to == world.person(name).id
    return world.person(name).text_of(act.reply)


def dms(world: World, name: str, ending: str = "") -> list[str]:
    """A person's direct messages, the oldest first, as they stand now; by the end of their key."""
    person = world.person(name)
    return [person.text_of(one) for one in person.dm() if _key(one).endswith(ending)]


def whispers(world: World, name: str) -> list[str]:
    """What only this person was shown in a channel, the oldest first."""
    person = world.person(name)
    return [person.text_of(one) for one in person.ephemerals()]


def in_modal(world: World, name: str) -> str:
    """The title and the text of the modal that is open before them."""
    person = world.person(name)
    assert person.modal is not None, f"{name} has no modal open"
    return f"{person.modal.title}\n{person.text_of(person.modal)}"


def home(world: World, name: str) -> str:
    """A person's App Home."""
    person = world.person(name)
    assert person.home is not None, f"{name} has no Home"
    return person.text_of(person.home)


def labels(world: World, name: str, message: Message) -> list[str]:
    """The buttons of a message."""
    return [button.text for button in world.person(name).buttons(message)]


def channel_texts(world: World) -> list[str]:
    """What everybody sees in the set's channel, threads apart, the oldest first."""
    posts = [one for one in world.slack.workspace.messages.get(world.place.channel.id, []) if one.from_bot]
    open_to_all = [one for one in posts if one.ephemeral_to is None and not one.deleted]
    return [world.text(one) for one in open_to_all if not one.is_reply or one.broadcast]


def thread_texts(world: World) -> list[str]:
    """The thread of the newest board."""
    return [world.text(one) for one in world.thread()]


def invitation(world: World) -> str:
    """The only invitation there is, as it stands now."""
    (message,) = [one for one in world.messages("set:") if one.metadata and "invitation" in str(one.metadata)]
    return world.text(message)


def mentioned(message: Message) -> list[str]:
    """The ids of those whom a message calls by a mention."""
    return [part["user_id"] for part in _parts(message.blocks) if part.get("type") == "user"]


def calls_everybody(message: Message) -> bool:
    """Whether it has a broadcast mention, such as @channel."""
    return any(part.get("type") == "broadcast" for part in _parts(message.blocks)) or "<!here" in message.text


def found(texts: Sequence[str], words: str) -> str:
    """The one text with these words in it."""
    fitting = [text for text in texts if words in text]
    assert len(fitting) == 1, f"{len(fitting)} texts say {words!r}: {texts}"
    return fitting[0]


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _parts(inner)


def _key(message: Message) -> str:
    return str((message.metadata or {}).get("event_payload", {}).get("key", ""))

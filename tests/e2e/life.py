"""What befalls channels and the app: deeds of the local Slack, and the buttons, words and events about them.

The rehearsed scenarios are about meetings; what stands here is proved in `test_hindrances.py`,
`test_people_out_of_reach.py` and `tests/install/test_uninstalling.py`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.hindrances import Hindrance
from bot.listeners import lifecycle
from bot.rehearsal.model import Conversation
from bot.surfaces.ids import Action
from bot.surfaces.replies import Subcommand
from tests.e2e.world import World

OTHER_ORGANISATION = "T0OTHER00"
ACTIONS = frozenset({Action.GO_ON, Action.LEAVE_SET})
WORDS = frozenset({Subcommand.HERE})
EVENTS = frozenset(lifecycle.LISTENERS)

Deed = Callable[[World, Conversation], Awaitable[None]]


@dataclass(frozen=True)
class Cause:
    """Something that pauses a set, and how it goes away."""

    hindrance: Hindrance
    told: str
    """What the DM about it says, among other things."""
    happens: Deed
    ends: Deed


async def archived(world: World, channel: Conversation) -> None:
    world.slack.workspace.archive(channel.id, world.person("ama").id)


async def unarchived(world: World, channel: Conversation) -> None:
    world.slack.workspace.unarchive(channel.id, world.person("ama").id)


async def removed(world: World, channel: Conversation) -> None:
    world.slack.workspace.remove_bot(channel.id, world.person("ama").id)


async def removed_in_silence(world: World, channel: Conversation) -> None:
    """Slack sometimes withholds the event: the next post finds out."""
    world.slack.workspace.remove_bot(channel.id, tell=False)
    await somebody_joins_or_leaves(world, channel)


async def invited(world: World, channel: Conversation) -> None:
    world.slack.workspace.invite_bot(channel.id, world.person("ama").id)


async def shared(world: World, channel: Conversation) -> None:
    world.slack.workspace.share(channel.id, OTHER_ORGANISATION)


async def unshared(world: World, channel: Conversation) -> None:
    world.slack.workspace.unshare(channel.id, OTHER_ORGANISATION)


async def restricted(world: World, channel: Conversation) -> None:
    """Slack tells nothing of it: the next post finds out."""
    world.slack.workspace.restrict_posting(channel.id)
    await somebody_joins_or_leaves(world, channel)


async def allowed(world: World, channel: Conversation) -> None:
    world.slack.workspace.restrict_posting(channel.id, None)
    await gone_on(world, channel)


async def gone_on(world: World, channel: Conversation) -> None:
    await world.press("grace", Action.GO_ON)


async def somebody_joins_or_leaves(world: World, channel: Conversation) -> None:
    """So that the bot has something to post."""
    oscar = world.person("oscar")
    if (await world.learning_set()).is_active(oscar.id):
        await oscar.command("/als leave", channel)
        await oscar.see_modal()
        await oscar.submit({})
        await oscar.close_modal(all_of_them=True)
    else:
        await oscar.command("/als join", channel)


CAUSES = (
    Cause(Hindrance.ARCHIVED, "has been archived", archived, unarchived),
    Cause(Hindrance.BOT_REMOVED, "taken out of the channel", removed, invited),
    Cause(Hindrance.SHARED_OUTSIDE, "shared with another organisation", shared, unshared),
    Cause(Hindrance.MAY_NOT_POST, "not allowed to post", restricted, allowed),
    Cause(Hindrance.SHARED_OUTSIDE, "shared with another organisation", shared, gone_on),
)

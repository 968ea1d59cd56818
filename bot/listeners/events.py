"""`events_api`: somebody opens Home, the bot comes into a channel, there is news of a person."""

from collections.abc import Mapping

from bot.directory import Account
from bot.domain import commands as c
from bot.listeners import lifecycle
from bot.listeners.happening import Happening, Listener
from bot.listeners.payloads import HomeOpened, MemberJoined, UserChange
from bot.listeners.visit import Desk, publish_home
from bot.outgoing import Message
from bot.surfaces import parts
from bot.surfaces.ids import Action
from bot.surfaces.values import Carried


async def app_home_opened(happening: Happening, opened: HomeOpened) -> None:
    """Show Home; of the other tabs there is nothing to show."""
    if opened.tab == "home":
        await publish_home(happening.desk, happening.client, happening.workspace_id, opened.user)


async def member_joined_channel(happening: Happening, joined: MemberJoined) -> None:
    """The bot itself says a first word in its new channel; where a set meets, that goes on. Who else comes is
    no concern of ours.
    """
    if joined.user != happening.bot_user_id:
        return
    if not await happening.desk.places.look_at_channel(happening.workspace_id, joined.channel):
        greeting = _greeting(happening.desk, joined.channel)
        await happening.desk.say(happening.workspace_id, greeting, request=happening.request)


async def user_change(happening: Happening, change: UserChange) -> None:
    """Tell each of the person's sets; of people whom no set knows nothing is kept."""
    account = happening.desk.directories.of(happening.workspace_id).learn(change.user)
    queries, person = happening.desk.queries, account.person.id
    if person not in await queries.known_people(happening.workspace_id, [person]):
        return
    for set_id in await queries.sets_of_person(happening.workspace_id, person):
        await _update(happening, set_id, account)
    await happening.desk.places.person_is(
        happening.workspace_id, person, gone=account.deactivated, request=happening.request
    )


async def _update(happening: Happening, set_id: str, account: Account) -> None:
    command = c.UpdatePerson(
        workspace_id=happening.workspace_id, set_id=set_id, actor=None, person=account.person
    )
    await happening.desk.handler.handle(command, request=f"{happening.request}:{set_id}")


def _greeting(desk: Desk, channel: str) -> Message:
    words = desk.queries.language.words
    start = parts.button(
        Action.NEW_SET, words.plain("listeners.greeting_button"), Carried(channel_id=channel).packed()
    )
    text, blocks = parts.drawn(parts.said(words.rich("listeners.greeting")), parts.buttons(start))
    return Message(key=f"channel:{channel}:greeting", conversation=channel, text=text, blocks=blocks)


LISTENERS: Mapping[str, Listener] = {
    "app_home_opened": Listener(HomeOpened, app_home_opened),
    "member_joined_channel": Listener(MemberJoined, member_joined_channel),
    "user_change": Listener(UserChange, user_change),
    **lifecycle.LISTENERS,
}
"""Every event to which the manifest subscribes has one listener."""

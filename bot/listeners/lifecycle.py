"""`events_api`: what befalls channels, their members and the app. `bot.lifecycle` says what it means."""

from collections.abc import Iterable, Mapping

from bot.listeners.happening import Happening, Listener
from bot.listeners.payloads import (
    ChannelHasNewId,
    ChannelTold,
    MemberLeft,
    Payload,
    TeamAccess,
    TokensRevoked,
)
from bot.surfaces.welcome import welcome


async def channel_told(happening: Happening, told: ChannelTold) -> None:
    """Whatever it was, Slack is asked how the channel is now."""
    await happening.desk.places.look_at_channel(happening.workspace_id, told.channel)


async def bot_left(happening: Happening, told: ChannelTold) -> None:
    """The bot was taken out of the channel."""
    await happening.desk.places.look_at_channel(happening.workspace_id, told.channel, left=True)


async def channel_id_changed(happening: Happening, changed: ChannelHasNewId) -> None:
    """Slack does that to a private channel that is about to be shared."""
    await happening.desk.places.channel_has_new_id(
        happening.workspace_id, changed.old_channel_id, changed.new_channel_id, request=happening.request
    )


async def member_left_channel(happening: Happening, left: MemberLeft) -> None:
    """Somebody left, or was taken out."""
    if left.user == happening.bot_user_id:
        await bot_left(happening, ChannelTold(channel=left.channel))
        return
    await happening.desk.places.somebody_left(
        happening.workspace_id, left.channel, left.user, request=happening.request
    )


async def app_uninstalled(happening: Happening, _: Payload) -> None:
    """By a person of the workspace, or by the organisation, whose id then stands for a workspace's."""
    life = happening.desk.lifecycle
    if happening.enterprise_id is not None:
        await life.look_at_enterprise(happening.enterprise_id)
    if happening.workspace_id != happening.enterprise_id:
        await life.look_at_workspace(happening.workspace_id)


async def tokens_revoked(happening: Happening, revoked: TokensRevoked) -> None:
    """The bot's own, or only a person's, which it does not have."""
    if revoked.tokens.bot:
        await app_uninstalled(happening, revoked)


async def team_access_granted(happening: Happening, access: TeamAccess) -> None:
    """An organisation lets its app into some of its workspaces. Whoever installed it is welcomed in the first
    of them in which they are: before, there was none in which they could be written to.
    """
    life, enterprise_id = happening.desk.lifecycle, happening.enterprise_id
    installer = await life.to_welcome(enterprise_id) if enterprise_id else None
    for team_id in access.team_ids:
        await life.access(enterprise_id, team_id, granted=True)
    if installer is not None:
        await _welcome(happening, installer, access.team_ids)


async def _welcome(happening: Happening, installer: str, workspaces: Iterable[str]) -> None:
    for workspace_id in workspaces:
        account = await happening.desk.directories.of(workspace_id).account(installer)
        if account is not None and workspace_id in account.teams:
            language = happening.desk.queries.language
            message = welcome(happening.bot_user_id, installer, happening.request, language)
            await happening.desk.say(workspace_id, message, request=f"{happening.request}:welcome")
            return


async def team_access_revoked(happening: Happening, access: TeamAccess) -> None:
    """An organisation takes its app out of some of its workspaces."""
    for team_id in access.team_ids:
        await happening.desk.lifecycle.access(happening.enterprise_id, team_id, granted=False)


OF_CHANNELS = ("archive", "unarchive", "deleted")
LISTENERS: Mapping[str, Listener] = {
    **{f"channel_{what}": Listener(ChannelTold, channel_told) for what in OF_CHANNELS},
    **{f"group_{what}": Listener(ChannelTold, channel_told) for what in OF_CHANNELS},
    "channel_left": Listener(ChannelTold, bot_left),
    "group_left": Listener(ChannelTold, bot_left),
    "channel_shared": Listener(ChannelTold, channel_told),
    "channel_unshared": Listener(ChannelTold, channel_told),
    "channel_id_changed": Listener(ChannelHasNewId, channel_id_changed),
    "member_left_channel": Listener(MemberLeft, member_left_channel),
    "app_uninstalled": Listener(Payload, app_uninstalled),
    "tokens_revoked": Listener(TokensRevoked, tokens_revoked),
    "team_access_granted": Listener(TeamAccess, team_access_granted),
    "team_access_revoked": Listener(TeamAccess, team_access_revoked),
}

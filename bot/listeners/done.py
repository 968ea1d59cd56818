"""What the person who asked for something reads when it was done, where nothing else shows it to them."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain import commands as c
from bot.surfaces import replies
from bot.surfaces.replies import Reply
from bot.surfaces.scene import Scene

REPLIES: Mapping[type[c.Command], Callable[[Scene, Any], Reply]] = {
    c.JoinSet: lambda scene, _: replies.joined_reply(scene),
    c.LeaveSet: lambda scene, _: replies.left_reply(scene),
    c.SkipTurn: lambda scene, _: replies.skipped_reply(scene),
    c.SwapPlaces: lambda scene, command: replies.swapped_reply(scene, command.other),
    c.GoAway: lambda scene, command: replies.away_reply(scene, command.until),
    c.ChangeFacilitator: lambda scene, _: replies.facilitator_reply(scene),
    c.MoveMeeting: lambda scene, _: replies.next_date_reply(scene),
    c.CancelMeeting: lambda scene, _: replies.next_date_reply(scene),
    c.ChangeChannel: lambda scene, _: replies.here_reply(scene),
    c.EndSet: lambda scene, _: replies.ended_reply(scene),
}
"""``Scene`` is the set afterwards."""


def done_reply(scene: Scene, command: c.Command) -> Reply | None:
    """The private answer; None where the channel, or the modal that closes, says enough."""
    reply = REPLIES.get(type(command))
    return reply(scene, command) if reply else None

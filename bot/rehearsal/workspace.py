"""The state of the workspace, and what happens in it when people (not the bot) do something.

Ids are the same in every run with the same seed. Each change tells `on_event`, as Slack tells an app that
subscribed; whether the app did is decided where events are delivered.
"""

from __future__ import annotations

from bot.rehearsal.clock import Clock
from bot.rehearsal.ids import Ids
from bot.rehearsal.workspace_channels import Channels
from bot.rehearsal.workspace_people import People


class Workspace(People, Channels):
    """One team, with the bot among its people."""

    def __init__(
        self, clock: Clock, ids: Ids, bot_name: str, team_id: str, app_id: str, name: str = "Rehearsal"
    ) -> None:
        super().__init__(clock, ids, team_id, app_id, name)
        handle = "".join(letter if letter.isalnum() else "-" for letter in bot_name.lower())
        self.bot = self.add_account(handle, real_name=bot_name, tz="Etc/UTC", is_bot=True)

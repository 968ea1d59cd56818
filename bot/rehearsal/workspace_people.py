"""People come, move, leave, and become guests; the app is told by `user_change`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.rehearsal.model import Account
from bot.rehearsal.workspace_state import WorkspaceState


class People(WorkspaceState):
    """The accounts of the workspace, and of the people of other organisations that it has met."""

    def add_account(
        self,
        name: str,
        *,
        real_name: str | None = None,
        display_name: str | None = None,
        tz: str = "Europe/London",
        team_id: str | None = None,
        **flags: bool,
    ) -> Account:
        """Add a user. `tz` is an IANA name, ZoneInfoNotFoundError when unknown; flags as in Account.

        With the `team_id` of another team it is somebody from outside, met in a shared channel.
        """
        ZoneInfo(tz)
        full = real_name if real_name is not None else name.replace(".", " ").title()
        shown = display_name if display_name is not None else full
        account = Account(self.ids.next("U"), name, full, shown, tz, team_id=team_id)
        for flag, value in flags.items():
            setattr(account, flag, value)
        self.accounts[account.id] = account
        return account

    def change_zone(self, user: str, tz: str) -> None:
        """The person moved."""
        ZoneInfo(tz)
        self.accounts[user].tz = tz
        self.user_changed(user)

    def deactivate(self, user: str) -> None:
        """The account is closed; messages to it answer `user_disabled`."""
        self.accounts[user].deleted = True
        self.user_changed(user)

    def reactivate(self, user: str) -> None:
        """The account is open again."""
        self.accounts[user].deleted = False
        self.user_changed(user)

    def make_guest(self, user: str, *, single_channel: bool = False) -> None:
        """The person becomes a guest, in several channels or in one."""
        self.accounts[user].is_restricted = True
        self.accounts[user].is_ultra_restricted = single_channel
        self.user_changed(user)

    def make_member(self, user: str) -> None:
        """The guest becomes a member."""
        self.accounts[user].is_restricted = self.accounts[user].is_ultra_restricted = False
        self.user_changed(user)

    def user_changed(self, user: str) -> None:
        payload = self.accounts[user].payload(self.team_id, self.now())
        now = int(self.now().timestamp())
        self.on_event({"type": "user_change", "user": payload, "cache_ts": now, "event_ts": self.next_ts()})

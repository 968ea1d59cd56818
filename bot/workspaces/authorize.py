"""Bolt's question for each request, handed on to the workspaces."""

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext

from bot.workspaces.protocol import NotInstalled, Workspaces


class Authorize(AsyncAuthorize):
    """What it raises leaves a request unacknowledged; but of `NotInstalled` people are told."""

    def __init__(self, workspaces: Workspaces) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._workspaces = workspaces

    async def __call__(  # noqa: PLR0913 -- Bolt's own
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult:
        """As whom the bot answers it. To a None Bolt's own answer would be a text, which no form shows."""
        found = await self._workspaces.authorize(enterprise_id, team_id, user_id)
        if found is None:
            raise NotInstalled(team_id or enterprise_id or "")
        return found

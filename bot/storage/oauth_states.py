"""The states of OAuth: each is given to one browser that sets out for Slack, and comes back once, in time."""

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.sweeping import some_of
from bot.storage.tables import oauth_states

AT_A_TIME = 1000
OF_NO_WORKSPACE = ""
"""Nobody knows yet which workspace is going to install the app."""


class OAuthStates:
    """States that were given out and have not come back."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def issue(self, state: str, expires_at: datetime, now: datetime) -> None:
        """Remember a state, and forget those that are too late."""
        late = _OURS, oauth_states.c.expires_at <= now
        await self._connection.execute(some_of(oauth_states, AT_A_TIME, *late))
        row = {"workspace_id": OF_NO_WORKSPACE, "state": state, "expires_at": expires_at}
        await self._connection.execute(insert(oauth_states).values(row))

    async def consume(self, state: str, now: datetime) -> bool:
        """Whether the state was given out and is in time; of two who ask at once, one is told so."""
        in_time = (oauth_states.c.state == state) & (oauth_states.c.expires_at > now)
        taken = delete(oauth_states).where(_OURS, in_time).returning(oauth_states.c.state)
        return (await self._connection.execute(taken)).first() is not None


_OURS = oauth_states.c.workspace_id == OF_NO_WORKSPACE

"""The states of OAuth: each is given to one browser that sets out for Slack, and comes back once, in time.

That a workspace's token is being renewed is such a state, too: it is given to one process, for a while.
"""

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.dialect import upsert
from bot.storage.sweeping import some_of
from bot.storage.tables import oauth_states

AT_A_TIME = 1000
OF_NO_WORKSPACE = ""
"""Nobody knows yet which workspace is going to install the app."""
RENEWAL = "renewal"


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

    async def begin_renewal(self, workspace_id: str, now: datetime, until: datetime) -> bool:
        """Whether nobody else is renewing the token of this workspace or organisation; then we are, ``until``
        then at most.
        """
        row = {"workspace_id": workspace_id, "state": RENEWAL, "expires_at": until}
        begun = upsert(self._connection, oauth_states).values(row)
        begun = begun.on_conflict_do_update(
            index_elements=["workspace_id", "state"],
            set_={"expires_at": begun.excluded.expires_at},
            where=oauth_states.c.expires_at <= now,
        )
        return (await self._connection.execute(begun.returning(oauth_states.c.state))).first() is not None

    async def end_renewal(self, workspace_id: str) -> None:
        """Let somebody else renew it."""
        c = oauth_states.c
        await self._connection.execute(
            delete(oauth_states).where(c.workspace_id == workspace_id, c.state == RENEWAL)
        )


_OURS = oauth_states.c.workspace_id == OF_NO_WORKSPACE

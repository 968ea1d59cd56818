"""Workspaces in which the app is or was installed, and the tokens with which it speaks there, sealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.dialect import upsert
from bot.storage.tables import WorkspaceState, installations, workspaces
from bot.vault import Vault


@dataclass(frozen=True, slots=True)
class Installation:
    """The app in one workspace or, where ``org_wide``, in every workspace of an enterprise."""

    workspace_id: str
    """The workspace's id (`T...`); the enterprise's (`E...`) where ``org_wide``."""
    enterprise_id: str | None
    org_wide: bool
    app_id: str
    bot_id: str
    bot_user_id: str
    scopes: frozenset[str]
    bot_token: str
    refresh_token: str | None
    token_expires_at: datetime | None
    """None for a token that lasts until it is revoked."""
    installer: str
    installed_at: datetime

    def __repr__(self) -> str:
        """Without the tokens, as it may stand in a traceback."""
        return f"Installation({self.workspace_id})"


@dataclass(frozen=True, slots=True)
class Found:
    """An installation that serves a workspace. ``met``: it would be found by the workspace's id alone."""

    installation: Installation
    met: bool


class Installations:
    """Who has installed the app. Raises `CannotOpen` where none of the vault's keys opens a token."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    async def serving(self, workspace_id: str, enterprise_id: str | None = None) -> Found | None:
        """The installation of this workspace, or of the enterprise to which it belongs.

        ``enterprise_id``, as a payload names it, is for a workspace of which no enterprise is known: what
        somebody of another organisation sends may name theirs.
        """
        row = (await self._connection.execute(_serving(workspace_id, enterprise_id))).first()
        return (
            Found(self._opened(row), met=not row.org_wide or row.known == row.workspace_id) if row else None
        )

    async def of(self, workspace_id: str) -> Installation | None:
        """The installation with exactly this id, of a workspace or an enterprise."""
        wanted = select(installations).where(installations.c.workspace_id == workspace_id)
        row = (await self._connection.execute(wanted)).first()
        return self._opened(row) if row else None

    async def locked(self, workspace_id: str) -> Installation | None:
        """The same, which nobody else may change before this transaction ends."""
        wanted = select(installations).where(installations.c.workspace_id == workspace_id)
        row = (await self._connection.execute(wanted.with_for_update())).first()
        return self._opened(row) if row else None

    async def save(self, installation: Installation) -> None:
        """Write an installation, in place of an earlier one."""
        row = self._sealed(installation)
        insert = upsert(self._connection, installations).values(row)
        rest = {name: insert.excluded[name] for name in row if name != "workspace_id"}
        await self._connection.execute(
            insert.on_conflict_do_update(index_elements=["workspace_id"], set_=rest)
        )

    async def remove(self, workspace_id: str) -> None:
        """Delete the tokens of a workspace or an enterprise."""
        await self._connection.execute(
            delete(installations).where(installations.c.workspace_id == workspace_id)
        )

    async def everywhere(self) -> list[Installation]:
        """Every installation."""
        rows = await self._connection.execute(select(installations).order_by(installations.c.workspace_id))
        return [self._opened(row) for row in rows]

    async def meet(self, workspace_id: str, enterprise_id: str | None, now: datetime) -> None:
        """Note that the app is in this workspace, and to which enterprise it belongs.

        Where the workspace is known, nothing else changes.
        """
        row = {
            "workspace_id": workspace_id,
            "enterprise_id": enterprise_id,
            "state": WorkspaceState.INSTALLED,
            "installed_at": now,
        }
        insert = upsert(self._connection, workspaces).values(row)
        await self._connection.execute(
            insert.on_conflict_do_update(
                index_elements=["workspace_id"], set_={"enterprise_id": enterprise_id}
            )
        )

    async def restore(self, workspace_id: str, enterprise_id: str | None, now: datetime) -> None:
        """Note that the app has been installed in this workspace, perhaps again: nothing will be erased."""
        row: dict[str, Any] = {
            "enterprise_id": enterprise_id,
            "state": WorkspaceState.INSTALLED,
            "installed_at": now,
            "uninstalled_at": None,
            "erase_at": None,
        }
        insert = upsert(self._connection, workspaces).values(row | {"workspace_id": workspace_id})
        await self._connection.execute(
            insert.on_conflict_do_update(index_elements=["workspace_id"], set_=row)
        )

    async def workspaces_of(self, enterprise_id: str) -> list[str]:
        """The ids of the enterprise's workspaces that were ever met."""
        wanted = select(workspaces.c.workspace_id).where(workspaces.c.enterprise_id == enterprise_id)
        return list(await self._connection.scalars(wanted.order_by(workspaces.c.workspace_id)))

    def _sealed(self, installation: Installation) -> Mapping[str, Any]:
        kept = {name: getattr(installation, name) for name in installations.c.keys()}  # noqa: SIM118
        refresh = installation.refresh_token
        return kept | {
            "scopes": ",".join(sorted(installation.scopes)),
            "bot_token": self._vault.seal(
                installation.bot_token, context_of_token(installation.workspace_id, "bot_token")
            ),
            "refresh_token": refresh
            and self._vault.seal(refresh, context_of_token(installation.workspace_id, "refresh_token")),
        }

    def _opened(self, row: Row[Any]) -> Installation:
        kept = {name: value for name, value in row._mapping.items() if name in installations.c}  # noqa: SLF001
        workspace_id = kept["workspace_id"]
        refresh = kept["refresh_token"]
        return Installation(
            **kept
            | {
                "scopes": frozenset(filter(None, kept["scopes"].split(","))),
                "bot_token": self._vault.open(kept["bot_token"], context_of_token(workspace_id, "bot_token")),
                "refresh_token": refresh
                and self._vault.open(refresh, context_of_token(workspace_id, "refresh_token")),
            }
        )


def _serving(workspace_id: str, enterprise_id: str | None) -> Select[Any]:
    """The workspace's own installation before its enterprise's, in one statement."""
    ours = select(workspaces.c.enterprise_id).where(workspaces.c.workspace_id == workspace_id)
    known = ours.scalar_subquery()
    enterprises = [installations.c.workspace_id == known]
    if enterprise_id is not None:
        enterprises.append((installations.c.workspace_id == enterprise_id) & known.is_(None))
    return (
        select(installations, known.label("known"))
        .where(
            or_(
                installations.c.workspace_id == workspace_id,
                installations.c.org_wide & or_(*enterprises),
            )
        )
        .order_by(installations.c.org_wide)
        .limit(1)
    )


def context_of_token(workspace_id: str, column: str) -> str:
    """The name under which a token is sealed."""
    return f"installations:{workspace_id}:{column}"

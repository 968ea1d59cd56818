"""Where the app is installed, with which token, and what was erased there."""

from enum import StrEnum

from sqlalchemy import JSON, Column, Index, Integer, Table

from bot.storage.tables.columns import (
    METADATA,
    flag,
    ident,
    instant,
    one_of,
    optional_ident,
    optional_instant,
    optional_prose,
    part,
    prose,
)


class WorkspaceState(StrEnum):
    """Whether the app is in a workspace. What it keeps outlives an uninstallation for a while."""

    INSTALLED = "installed"
    UNINSTALLED = "uninstalled"


workspaces = Table(
    "workspaces",
    METADATA,
    part("workspace_id"),
    optional_ident("enterprise_id"),
    one_of("state", WorkspaceState),
    instant("installed_at"),
    optional_instant("uninstalled_at"),
    optional_instant("erase_at"),
    Column("retention_days", Integer),
)

installations = Table(
    "installations",
    METADATA,
    part("workspace_id"),
    optional_ident("enterprise_id"),
    flag("org_wide"),
    ident("app_id"),
    ident("bot_id"),
    ident("bot_user_id"),
    prose("scopes"),
    prose("bot_token"),
    optional_prose("refresh_token"),
    optional_instant("token_expires_at"),
    ident("installer"),
    instant("installed_at"),
)

oauth_states = Table(
    "oauth_states",
    METADATA,
    part("workspace_id"),
    part("state"),
    instant("expires_at"),
    Index(None, "expires_at"),
)

audit = Table(
    "audit",
    METADATA,
    part("workspace_id"),
    part("id"),
    instant("at"),
    ident("act"),
    ident("subject"),
    Column("counts", JSON, nullable=False),
    Index(None, "workspace_id", "at"),
)

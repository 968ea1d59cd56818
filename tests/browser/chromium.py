"""The browser of these tests: the machine's own Chromium, which talks to nobody but the page."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> Path | None:
    """Where it is; `CHROMIUM` names another one."""
    named = os.environ.get("CHROMIUM")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


def must_be_there() -> bool:
    """On a machine that proves a change, tests that were left out prove nothing."""
    return os.environ.get("CI", "").lower() in ("1", "true")

"""Where there is no Chromium these tests are left out, and the summary says so; where CI is set they fail."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from bot.rehearsal.page.rehearsal import Rehearsal
from bot.rehearse_page import PageOptions, on_page
from bot.settings import Settings
from tests.browser.chromium import ARGUMENTS, chromium, must_be_there
from tests.browser.desk import PATIENCE, Desk

collect_ignore_glob = [] if chromium() or must_be_there() else ["test_*.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it where the browser tests were left out."""
    if collect_ignore_glob:
        terminalreporter.write_line(f"The browser tests were left out. {NO_BROWSER}", yellow=True)


NO_BROWSER = "No Chromium was found: install Debian's package chromium, or name one with CHROMIUM."
expect.set_options(timeout=PATIENCE)
OpenDesk = Callable[..., Awaitable[Desk]]


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rehearsal minutes before its first meeting, kept in a folder; seeding one takes seconds."""

    async def seed(folder: Path) -> Path:
        async with served(folder):
            return folder

    return asyncio.run(seed(tmp_path_factory.mktemp("seeded")))


@pytest.fixture
def folder(seeded: Path, tmp_path: Path) -> Path:
    """A copy of it for this test."""
    return Path(shutil.copytree(seeded, tmp_path / "kept"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They share one browser, which lives in one event loop."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_browser() -> AsyncIterator[Browser]:
    """To start one takes seconds."""
    async with async_playwright() as playwright:
        found = chromium()
        assert found is not None, NO_BROWSER
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(shared_browser: Browser) -> AsyncIterator[Browser]:
    """Each window has a context of its own, which shares nothing with another, and none is left open."""
    yield shared_browser
    for context in shared_browser.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_desk(browser: Browser, folder: Path) -> AsyncIterator[OpenDesk]:
    """Opens a window on the rehearsal: `width` and `height`, and `dark`."""
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(served(folder))
        desks: list[Desk] = []

        async def open_one(width: int = 1280, height: int = 800, *, dark: bool = False) -> Desk:
            desk = await Desk.open(browser, *opened, width=width, height=height, dark=dark)
            desks.append(desk)
            return desk

        yield open_one
        for desk in desks:
            desk.check_quiet()
            await desk.page.context.close()


@asynccontextmanager
async def served(folder: Path, *, fresh: bool = False) -> AsyncIterator[tuple[str, Rehearsal]]:
    """The rehearsal kept in this folder, played without pauses."""
    options = PageOptions(port=0, folder=folder, fresh=fresh, reading_speed=0)
    async with on_page(Settings(), options) as opened:
        yield opened

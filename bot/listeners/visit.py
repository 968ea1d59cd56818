"""One request of one person, and the desk at which it is served.

Nothing here decides. Modals are opened and Home is published directly, since both answer a visit and need its
fresh `trigger_id`; everything else that Slack is to show goes through the command handler and the outbox.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypedDict, TypeVar

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.command_handler import CommandHandler
from bot.directory import Directories, Directory
from bot.domain.authority import authorise
from bot.domain.commands import Command
from bot.domain.learning_set import LearningSet
from bot.domain.machine import check_hindrance, check_phase
from bot.domain.reads import Read
from bot.domain.rejections import Reason, Rejected
from bot.lifecycle import Lifecycle, Places
from bot.listeners.refusals import Forged, Refusal, refusal_view, sentence
from bot.outgoing import Message
from bot.privacy.own import OwnData
from bot.prompt_library import Line
from bot.queries import Queries
from bot.slack_answers import code_of, named
from bot.surfaces.home import home_view
from bot.surfaces.scene import Scene
from bot.surfaces.values import Carried

logger = logging.getLogger(__name__)

USED_BEFORE = frozenset({"exchanged_trigger_id", "trigger_exchanged"})
"""Slack's words for a press that arrived twice: its modal is open already."""

Value = TypeVar("Value")


class Say(Protocol):
    """Puts a message that belongs to no set into the outbox, once for a request."""

    async def __call__(self, workspace_id: str, message: Message, *, request: str) -> None: ...


class Who(TypedDict):
    """Where a command comes from: the first fields of every command."""

    workspace_id: str
    set_id: str
    actor: str
    meeting_id: str | None


@dataclass(frozen=True, slots=True)
class Desk:
    """What every listener has at hand. ``new_id`` makes the id of a new thing."""

    handler: CommandHandler
    queries: Queries
    directories: Directories
    lifecycle: Lifecycle
    places: Places
    say: Say
    unreached: Callable[[str, str], None]
    """Is told the workspace and the person of whoever comes, though they are taken to be out of reach."""
    own_data: OwnData
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Visit:
    """A person's request. ``request`` is its `trigger_id`, which also names it for the dedupe."""

    desk: Desk
    client: AsyncWebClient
    workspace_id: str
    bot_user_id: str
    person: str
    request: str
    from_outside: bool = False
    """They belong to another workspace, in which `/als` may not be there."""

    @property
    def directory(self) -> Directory:
        """Who is who in the person's workspace."""
        return self.desk.directories.of(self.workspace_id)

    def who(self, carried: Carried) -> Who:
        """The first fields of a command to the set that a button or a modal is about. Raises `Forged`."""
        return Who(
            workspace_id=self.workspace_id,
            set_id=given(carried.set_id),
            actor=self.person,
            meeting_id=carried.meeting_id,
        )

    def let_see(self, scene: Scene, kind: type[Read]) -> None:
        """Ask the domain whether the person may see this of the set. Raises `Rejected`."""
        self._note_who_is_there(scene)
        read = kind(workspace_id=self.workspace_id, set_id=scene.learning_set.id, actor=self.person)
        authorise(scene.learning_set, read, scene.now)

    async def scene(self, carried: Carried) -> Scene:
        """The set that a button or a modal is about. Raises `Forged` without one, `Rejected` if unknown."""
        found = await self.desk.queries.scene_of(self.workspace_id, given(carried.set_id))
        if found is None:
            raise Rejected(Reason.NO_SET_HERE)
        self._note_who_is_there(found)
        return found

    async def open(self, view: View) -> None:
        """Open a modal. Where the same press has opened it before, nothing."""
        try:
            await self.client.views_open(trigger_id=self.request, view=view)
        except SlackApiError as error:
            if code_of(error.response) not in USED_BEFORE:
                raise
            logger.info("its modal was opened before", extra={"request": self.request})

    async def replace(self, view_id: str, view: View) -> None:
        """Let an open modal show what became of a command."""
        with _whatever_becomes_of_it(self.request):
            await self.client.views_update(view_id=view_id, view=view)

    async def refresh_home(self) -> None:
        """Show the person their Home after a command."""
        with _whatever_becomes_of_it(self.request):
            await publish_home(self.desk, self.client, self.workspace_id, self.person)

    def refusal(self, refusal: Refusal, learning_set: LearningSet | None = None) -> View:
        """The modal that says why not."""
        language = self.desk.queries.language_of(learning_set)
        return refusal_view(self.sentence(refusal, learning_set), language)

    def sentence(self, refusal: Refusal, learning_set: LearningSet | None = None) -> Line:
        """Why not, in words for this person."""
        language = self.desk.queries.language_of(learning_set)
        return sentence(refusal, learning_set, language, self.person, from_outside=self.from_outside)

    def _note_who_is_there(self, scene: Scene) -> None:
        if not scene.learning_set.can_be_written_to(self.person):
            self.desk.unreached(self.workspace_id, self.person)


@contextmanager
def _whatever_becomes_of_it(request: str) -> Iterator[None]:
    """The command stands, so the request is acknowledged all the same."""
    try:
        yield
    except SlackApiError as error:
        told = {"request": request, "error": named(error.response)}
        logger.warning("done, but could not be shown", extra=told)
    except (ClientError, TimeoutError) as error:
        told = {"request": request, "error": type(error).__name__}
        logger.warning("done, but could not be shown", extra=told)


async def publish_home(desk: Desk, client: AsyncWebClient, workspace_id: str, person: str) -> None:
    """Show a person their Home as it is now."""
    queries = desk.queries
    scenes = await queries.scenes_of_person(workspace_id, person)
    view = home_view(person, [scene.learning_set for scene in scenes], queries.now, queries.language)
    await client.views_publish(user_id=person, view=view)


def given(value: Value | None) -> Value:
    """The value. Raises `Forged` when it is missing."""
    if value is None:
        raise Forged
    return value


def ask_first(scene: Scene, command: Command) -> None:
    """Ask the domain whether the person may, before a modal shows anything of the set. Raises `Rejected`."""
    if scene.learning_set.ended_at is not None:
        raise Rejected(Reason.SET_ENDED)
    authorise(scene.learning_set, command, scene.now)
    check_hindrance(scene.learning_set, command, begins=True)
    check_phase(scene.learning_set.meeting, command)

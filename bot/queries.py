"""Reads for App Home, modals and replies to commands. Each sees one state of the database."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bot.domain.authority import why_not
from bot.domain.formats import Format
from bot.domain.learning_set import LearningSet, Person
from bot.domain.reads import SeeOwnPart
from bot.prompt_library import Language, PromptLibrary
from bot.storage.unit_of_work import Database
from bot.surfaces.scene import Scene

DEFAULT_LANGUAGE = "en"
DEFAULT_FORMAT = "classic"


class Queries:
    """What listeners may know of the sets of a workspace. ``now`` is the injected clock's."""

    def __init__(self, database: Database, library: PromptLibrary, now: Callable[[], datetime]) -> None:
        self._database = database
        self._library = library
        self._now = now

    @property
    def now(self) -> datetime:
        """The present instant, in UTC."""
        return self._now()

    @property
    def language(self) -> Language:
        """The language in which somebody is answered where no set says another."""
        return self._library.language(DEFAULT_LANGUAGE)

    def language_of(self, learning_set: LearningSet | None) -> Language:
        """The language of a set, or where there is none the one of `language`."""
        return self._library.language(learning_set.language) if learning_set else self.language

    @property
    def format(self) -> Format:
        """The format that a new set has."""
        return self.language.format(DEFAULT_FORMAT)

    def scene(self, learning_set: LearningSet) -> Scene:
        """A set at this moment, with the language and the format in which to speak of it."""
        language = self._library.language(learning_set.language)
        return Scene(learning_set, language, language.format(learning_set.format_id), self._now())

    async def scene_of(self, workspace_id: str, set_id: str) -> Scene | None:
        """A set by its id."""
        async with self._database.reading() as unit:
            found = await unit.learning_sets.load(workspace_id, set_id)
        return self.scene(found) if found else None

    async def scene_in_channel(self, workspace_id: str, channel_id: str) -> Scene | None:
        """The set that meets in a channel and has not ended."""
        async with self._database.reading() as unit:
            set_id = await unit.learning_sets.active_set_in_channel(workspace_id, channel_id)
            found = await unit.learning_sets.load(workspace_id, set_id) if set_id else None
        return self.scene(found) if found else None

    async def scenes_of_person(self, workspace_id: str, person: str) -> Sequence[Scene]:
        """The sets that go on and that the person belongs to, is invited to, facilitates or created."""
        async with self._database.reading() as unit:
            ids = await unit.learning_sets.sets_of_person(workspace_id, person)
            found = [await unit.learning_sets.load(workspace_id, set_id) for set_id in ids]
        return [self.scene(each) for each in found if each is not None and self._is_theirs(each, person)]

    def _is_theirs(self, learning_set: LearningSet, person: str) -> bool:
        read = SeeOwnPart(workspace_id=learning_set.workspace_id, set_id=learning_set.id, actor=person)
        return why_not(learning_set, read, self._now()) is None

    async def sets_of_person(self, workspace_id: str, person: str) -> Sequence[str]:
        """The ids of the same sets."""
        async with self._database.reading() as unit:
            return await unit.learning_sets.sets_of_person(workspace_id, person)

    async def channel_is_taken(self, workspace_id: str, channel_id: str) -> bool:
        """Whether a set that has not ended meets in the channel."""
        async with self._database.reading() as unit:
            return await unit.learning_sets.active_set_in_channel(workspace_id, channel_id) is not None

    async def known_people(self, workspace_id: str, people: Iterable[str]) -> dict[str, Person]:
        """Those of the people whom any set knows, by id, with their working hours and days away."""
        async with self._database.reading() as unit:
            return await unit.people.known(workspace_id, people)

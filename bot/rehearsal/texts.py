"""The words of a scenario. The seed chooses: another tells the same story in other words."""

from __future__ import annotations

import random
from typing import Any

from bot.rehearsal.scenario import ScenarioError


class Texts:
    """Gives out texts by reference.

    `@questions.analysis` draws the next of a list of texts, in an order that the seed shuffles, and begins
    again at its end. `@ruth.problem` is a field of the one record that the seed chose among those of `ruth`,
    so that all that Ruth says belongs together; `@me.` is the actor's own. `$name` is what was kept under
    this name. Anything else is taken as it stands.
    """

    def __init__(self, texts: dict[str, Any], seed: int) -> None:
        self._texts = texts
        self._seed = seed
        self._drawn: dict[str, int] = {}
        self._kept: dict[str, str] = {}

    def state(self) -> dict[str, Any]:
        """What was drawn and kept so far, for `restore`."""
        return {"drawn": self._drawn, "kept": self._kept}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self._drawn, self._kept = dict(state["drawn"]), dict(state["kept"])

    def keep(self, name: str, text: str) -> None:
        """Remember a text under a name."""
        self._kept[name] = text

    def of(self, reference: str, actor: str) -> str:
        """The text that is meant. Raises ScenarioError for a reference that leads nowhere."""
        if reference.startswith("$"):
            if reference[1:] not in self._kept:
                raise ScenarioError(f"nothing was kept under the name {reference[1:]}")
            return self._kept[reference[1:]]
        if not reference.startswith("@"):
            return reference
        path = reference[1:].split(".")
        return self._at([actor, *path[1:]] if path[0] == "me" else path)

    def _at(self, path: list[str]) -> str:
        found: Any = self._texts
        for depth, key in enumerate(path):
            found = found.get(key) if isinstance(found, dict) else None
            if isinstance(found, list) and found and isinstance(found[0], dict):
                found = self._shuffled(found, ".".join(path[: depth + 1]))[0]
        if isinstance(found, list) and found:
            return self._draw(found, ".".join(path))
        if not isinstance(found, str):
            raise ScenarioError(f"there are no texts called {'.'.join(path)}")
        return found

    def _draw(self, texts: list[str], name: str) -> str:
        count = self._drawn.get(name, 0)
        self._drawn[name] = count + 1
        drawn: str = self._shuffled(texts, name)[count % len(texts)]
        return drawn

    def _shuffled(self, items: list[Any], name: str) -> list[Any]:
        return random.Random(f"{self._seed}:{name}").sample(items, len(items))

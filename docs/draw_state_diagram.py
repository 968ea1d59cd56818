"""Draws docs/state-diagram.md from the table of transitions and from the classic format.

Run it after a change of either: `.venv/bin/python docs/draw_state_diagram.py`. A test holds the file to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.domain.formats import Format, Part, Stage
from bot.domain.learning_set import Phase
from bot.domain.machine import (
    BIDS,
    COMMITMENTS,
    LANDS_WHILE_HINDERED,
    PHASE_COMMANDS,
    POSSIBLE_WHILE_HINDERED,
    PROBLEM,
    REFUSED_IN,
    REPORT_BACKS,
    TRANSITIONS,
)
from bot.domain.rejections import Reason
from bot.prompt_library import Language, PromptLibrary

DOCS = Path(__file__).resolve().parent
DIAGRAM = DOCS / "state-diagram.md"
FORMAT = "classic"

OVER = (Phase.CLOSED, Phase.CANCELLED)
LEAVING = {
    REPORT_BACKS: "each open commitment of a member who is present has a report or a skip, or the minutes are up",
    BIDS: "somebody owns",
    PROBLEM: "the turn counts",
    COMMITMENTS: "a commitment, or none because",
}
"""What the machine does or wants when a stage is left forward (`flow.advance`)."""


def draw() -> str:
    """The whole page."""
    language = PromptLibrary.load(DOCS.parent / "prompts").language("en")
    return "\n".join([*_head(), *_phases(), *_stays(), *_refusals(), *_stages(language), ""])


def _head() -> Iterator[str]:
    yield "# What can happen in a meeting"
    yield ""
    yield "Drawn by `docs/draw_state_diagram.py` from `TRANSITIONS` in `bot/domain/machine.py` and from"
    yield f"`prompts/en/formats/{FORMAT}.toml`. Do not edit by hand. The words are in [the glossary](glossary.md)."


def _phases() -> Iterator[str]:
    yield from ("", "## Phases", "", "An arrow names the commands that lead along it. `PassTime` is the clock's.", "")
    yield from ("```mermaid", "stateDiagram-v2", "    [*] --> scheduled")
    arrows: defaultdict[tuple[Phase, Phase], list[str]] = defaultdict(list)
    for phase, row in TRANSITIONS.items():
        for command, leads in row.items():
            for to in leads:
                arrows[phase, to].append(command.__name__)
    for (phase, to), commands in arrows.items():
        if phase is not to:
            yield f"    {phase} --> {to} : {', '.join(sorted(commands))}"
    yield from (f"    {phase} --> [*]" for phase in OVER)
    yield "```"
    yield ""
    yield "When a meeting has closed or was cancelled, the next one is scheduled; only the end of the set ends that."
    yield ""
    yield "While the set is hindered (`LearningSet.hindered_by`, see [0013](decisions/0013-life-cycle.md)) the clock does not"
    yield f"come, and of what is named here only {_code(sorted(_names(POSSIBLE_WHILE_HINDERED)))} can be begun; what was"
    yield f"being written lands: {_code(sorted(_names(LANDS_WHILE_HINDERED)))}. The rest is refused with"
    yield f"`{Reason.SET_HINDERED}`. When the set goes on (`UnhinderSet`, `GoOn`, `ChangeChannel`) its meeting stands where it"
    yield "stood; one that was missed is cancelled, one that ran and is forgotten closes."


def _names(commands: Iterable[type[object]]) -> Iterator[str]:
    return (command.__name__ for command in commands)


def _stays() -> Iterator[str]:
    yield from ("", "Within its phase a meeting also answers:", "")
    for phase, row in TRANSITIONS.items():
        staying = sorted(command.__name__ for command, leads in row.items() if phase in leads)
        if staying:
            yield f"- **{phase}**: {_code(staying)}"


def _refusals() -> Iterator[str]:
    yield from ("", "Everything else that is asked of a meeting is refused, and changes nothing:", "")
    yield from ("| phase | sentence | commands |", "| --- | --- | --- |")
    for phase, row in TRANSITIONS.items():
        refused = sorted(command.__name__ for command in PHASE_COMMANDS - set(row))
        told = "everything" if len(refused) == len(PHASE_COMMANDS) else _code(refused)
        yield f"| {phase} | `{REFUSED_IN[phase]}` | {told} |"
    yield ""
    yield "Starting a meeting that has begun is told `already-started`, resuming one that runs `not-paused`."


def _stages(language: Language) -> Iterator[str]:
    of = language.format(FORMAT)
    yield from ("", f"## Stages of the {FORMAT} format", "")
    yield "Forward is `MoveOn`; an arrow says what leaving the stage wants or brings. `GoBack` leads to any earlier"
    yield "stage, `EndMeeting` to the learning review and from there to the close; neither loses what was said."
    yield from ("", "```mermaid", "stateDiagram-v2")
    for stage in of.stages:
        if stage.part is not Part.TURN:
            yield f'    state "{_name(language, stage)}" as {_id(stage)}'
    yield '    state "A turn" as turn {'
    turn = _of(of, Part.TURN)
    yield from (f'        state "{_name(language, stage)}" as {_id(stage)}' for stage in turn)
    yield f"        [*] --> {_id(turn[0])}"
    yield from (f"    {line}" for line in _chain(turn))
    yield f"        {_id(turn[-1])} --> [*] : {LEAVING[turn[-1].id]}"
    yield "    }"
    yield from _road(of)
    yield from ("```", "")
    yield from _table(of, language)


def _road(of: Format) -> Iterator[str]:
    opening, breaks, closing = (_of(of, part) for part in (Part.OPENING, Part.BREAK, Part.CLOSING))
    yield f"    [*] --> {_id(opening[0])}"
    yield from _chain(opening)
    yield f"    {_id(opening[-1])} --> turn : {LEAVING[BIDS]}"
    yield "    turn --> turn : the next owner"
    for stage in breaks:
        yield f"    turn --> {_id(stage)} : where the clock has one, after the turn that ends nearest the middle"
        yield f"    {_id(stage)} --> turn"
    yield f"    turn --> {_id(closing[0])} : after the last"
    yield from _chain(closing)
    yield f"    {_id(closing[-1])} --> [*]"


def _chain(stages: tuple[Stage, ...]) -> Iterator[str]:
    for stage, following in zip(stages, stages[1:], strict=False):
        why = LEAVING.get(stage.id) or ("by itself" if stage.moves_on_by_itself else None)
        yield f"    {_id(stage)} --> {_id(following)}" + (f" : {why}" if why else "")


def _table(of: Format, language: Language) -> Iterator[str]:
    clocks = [clock.id for clock in of.clocks]
    yield f"| stage | questions | moves on | at least | {' | '.join(clocks)} |"
    yield f"| --- | --- | --- | ---: |{' ---: |' * len(clocks)}"
    for stage in of.stages:
        asked = "held until it ends" if stage.held else "yes" if stage.questions_asked else ""
        moves = "by itself" if stage.moves_on_by_itself else "by a press"
        minutes = " | ".join(str(stage.minutes[clock] or "") for clock in clocks)
        yield f"| {_name(language, stage)} | {asked} | {moves} | {stage.minimum_minutes} | {minutes} |"
    turns = " | ".join(str(clock.turns) for clock in of.clocks)
    yield f"| *turns* | | | | {turns} |"


def _of(of: Format, part: Part) -> tuple[Stage, ...]:
    return tuple(stage for stage in of.stages if stage.part is part)


def _name(language: Language, stage: Stage) -> str:
    return language.stage_words(FORMAT, stage.id).name


def _id(stage: Stage) -> str:
    return stage.id.replace("-", "_")


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    DIAGRAM.write_text(draw(), encoding="utf-8")

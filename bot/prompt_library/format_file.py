"""A format's file: its stages and clocks for the domain, and the words of its stages for the surfaces."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.domain.formats import Clock, Flaw, Format, MovesOn, Part, Stage
from bot.prompt_library.errors import PromptError
from bot.prompt_library.files import KeyPath, PromptFile

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
StageId = Annotated[str, StringConstraints(pattern=r"^[a-z]+(-[a-z]+)*$")]


@dataclass(frozen=True, slots=True)
class StageWords:
    """What a stage says in one language. `ground_rules` and `check_in` are the welcome's; empty elsewhere."""

    name: str
    purpose: str
    members: str
    owner: str
    facilitator: str
    questions: tuple[str, ...] = ()
    ground_rules: tuple[str, ...] = ()
    check_in: str = ""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class _ClockTable(_Strict):
    length: Annotated[int, Field(gt=0, strict=True)]
    turns: Annotated[int, Field(gt=0, strict=True)]


class _StageTable(_Strict):
    id: StageId
    part: Part
    minutes: dict[str, Annotated[int, Field(ge=0, strict=True)]]
    minimum: Annotated[int, Field(ge=1, strict=True)]
    who_moves_on: MovesOn
    questions_asked: bool = False
    held: bool = False
    moves_on_by_itself: bool = False
    name: Sentence
    purpose: Sentence
    members: Sentence
    owner: Sentence
    facilitator: Sentence
    questions: tuple[Sentence, ...] = ()
    ground_rules: tuple[Sentence, ...] = ()
    check_in: str = ""

    def stage(self) -> Stage:
        return Stage(
            id=self.id,
            part=self.part,
            minutes=MappingProxyType(self.minutes),
            minimum_minutes=self.minimum,
            questions_asked=self.questions_asked,
            moves_on_by_itself=self.moves_on_by_itself,
            held=self.held,
            who_moves_on=self.who_moves_on,
        )

    def words(self) -> StageWords:
        return StageWords(
            name=self.name,
            purpose=self.purpose,
            members=self.members,
            owner=self.owner,
            facilitator=self.facilitator,
            questions=self.questions,
            ground_rules=self.ground_rules,
            check_in=self.check_in,
        )


class _FormatTable(_Strict):
    id: StageId
    clocks: Annotated[dict[str, _ClockTable], Field(min_length=1)]
    stages: Annotated[list[_StageTable], Field(min_length=1)]

    def format(self) -> Format:
        clocks = tuple(Clock(name, clock.length, clock.turns) for name, clock in self.clocks.items())
        return Format(self.id, tuple(table.stage() for table in self.stages), clocks)


@dataclass(frozen=True, slots=True)
class FormatInWords:
    """A format together with the words of its stages, by stage id."""

    format: Format
    words: Mapping[str, StageWords]


def read_format(file: PromptFile) -> FormatInWords:
    """Raises PromptError for the first thing that is wrong in the file."""
    try:
        table = _FormatTable.model_validate(file.tables)
    except ValidationError as error:
        raise _shape_error(file, error) from error
    if table.id != file.path.stem:
        raise file.error(f"the id is `{table.id}`: make it `{file.path.stem}`, as the file is named", ("id",))
    _check(file, table)
    return FormatInWords(table.format(), {stage.id: stage.words() for stage in table.stages})


def _check(file: PromptFile, table: _FormatTable) -> None:
    for flaw in table.format().flaws():
        raise file.error(flaw.sentence, _place(table, flaw))
    for number, stage in enumerate(table.stages):
        if stage.questions_asked and not stage.held and not stage.questions:
            sentence = f"members ask questions in stage `{stage.id}` and it offers none: add `questions`"
            raise file.error(sentence, ("stages", number))
        for question in stage.questions:
            if not question.endswith("?"):
                sentence = f"this is not a question: end it with a question mark (“{question}”)"
                raise file.error(sentence, ("stages", number, "questions"))


def _place(table: _FormatTable, flaw: Flaw) -> KeyPath:
    if flaw.stage is None:
        return ("clocks", flaw.clock or "")
    # The last of two stages with one id is the one to rename.
    number = max(index for index, stage in enumerate(table.stages) if stage.id == flaw.stage)
    return ("stages", number, flaw.detail)


def _shape_error(file: PromptFile, wrong: ValidationError) -> PromptError:
    # A misspelt field is told before the field that is missing because of it.
    error = min(wrong.errors(), key=lambda each: each["type"] != "extra_forbidden")
    key_path: KeyPath = error["loc"]
    name = key_path[-1]
    if error["type"] == "missing":
        return file.error(f"`{name}` is missing: add it", key_path)
    if error["type"] == "extra_forbidden":
        return file.error(f"`{name}` is not known here: {_instead(str(name), key_path)}", key_path)
    return file.error(f"`{name}` is wrong: {error['msg'][0].lower()}{error['msg'][1:]}", key_path)


def _instead(name: str, key_path: KeyPath) -> str:
    models: dict[str | int, type[_Strict]] = {"stages": _StageTable, "clocks": _ClockTable}
    model = models[key_path[0]] if len(key_path) > 1 else _FormatTable
    near = get_close_matches(name, model.model_fields, n=1)
    return f"write `{near[0]}`" if near else "delete it"

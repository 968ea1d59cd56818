"""Forms: declared once, they draw the input blocks of a modal and read what Slack sends back.

What comes back is checked again, whatever Slack's client promised, since a payload can be forged and a member
can answer an old modal: anything wrong is a sentence beside the field, never an exception of ours and never a
silent cut.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from slack_sdk.models.blocks import InputBlock

from bot.prompt_library import Words
from bot.surfaces.fields import ACTION_ID, Field, FieldError, Labels


class Answers(BaseModel):
    """What somebody gave to a form. Each form has its own model; the attributes are named as the fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class FormErrors(Exception):
    """The answers can't be taken as they are: for each block_id the sentence to show beside it."""

    def __init__(self, errors: Mapping[str, FieldError]) -> None:
        super().__init__(", ".join(f"{block_id}: {error.key}" for block_id, error in errors.items()))
        self.errors = errors

    def sentences(self, words: Words) -> dict[str, str]:
        """As Slack wants them in a ``response_action`` of ``errors``."""
        return {block_id: words.plain(error.key, **error.values) for block_id, error in self.errors.items()}


A = TypeVar("A", bound=Answers)


class _Element(BaseModel):
    """The state of one input. Slack adds keys as it grows, so those that we do not read are let be."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)
    type: str


class _State(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)
    values: dict[str, dict[str, _Element]]


@dataclass(frozen=True)
class Form(Generic[A]):
    """Fields under one heading of the words, and the model that holds their answers.

    With ``words="modals.bid"`` the words of field ``line`` are ``modals.bid.line.label`` and, where they
    exist, ``.hint`` and ``.placeholder``; those of an option ``yes`` are ``.options.yes``. ``rules`` look at
    the answers as a whole and return the field errors by block_id.
    """

    words: str
    answers: type[A]
    fields: Sequence[Field]
    rules: Sequence[Callable[[A], Mapping[str, FieldError]]] = ()

    def blocks(
        self, words: Words, initial: Mapping[str, object] | None = None, without: Collection[str] = ()
    ) -> list[InputBlock]:
        """The input blocks, with ``initial`` values by field, and without some that are optional."""
        given = initial or {}
        return [
            self._block(each, words, given.get(each.name)) for each in self.fields if each.name not in without
        ]

    def read(self, values: object) -> A:
        """The answers in ``view["state"]["values"]``. Raises FormErrors."""
        state = self._state(values)
        read: dict[str, object] = {}
        errors: dict[str, FieldError] = {}
        for each in self.fields:
            try:
                read[each.name] = each.read(state.get(each.name))
            except FieldError as error:
                errors[each.name] = error
        if errors:
            raise FormErrors(errors)
        return self._checked(self.answers.model_validate(read))

    def _checked(self, answers: A) -> A:
        errors = [rule(answers) for rule in self.rules]
        if any(errors):
            raise FormErrors({block_id: error for some in errors for block_id, error in some.items()})
        return answers

    def _state(self, values: object) -> dict[str, dict[str, object]]:
        try:
            state = _State.model_validate({"values": values}).values
        except ValidationError as error:
            raise self._strange() from error
        known = {each.name for each in self.fields}
        if not state.keys() <= known or any(actions.keys() != {ACTION_ID} for actions in state.values()):
            raise self._strange()
        return {block_id: actions[ACTION_ID].model_dump() for block_id, actions in state.items()}

    def _strange(self) -> FormErrors:
        """Not the state of this form. Slack shows errors only beside an input, so the first one has it."""
        return FormErrors({self.fields[0].name: FieldError("modals.error.strange")} if self.fields else {})

    def _block(self, each: Field, words: Words, initial: object) -> InputBlock:
        labels = Labels(words, f"{self.words}.{each.words or each.name}")
        return InputBlock(
            block_id=each.name,
            label=labels.label(each.label_values),
            hint=labels.optional("hint"),
            optional=each.optional,
            element=each.element(labels, initial),
        )

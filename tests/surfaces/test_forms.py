"""A form draws itself, reads what it drew, and answers anything else with a sentence beside the field."""

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot.rehearsal.block_kit import check_view
from bot.surfaces.fields import Date, FieldError, Number, Text, Time, Url
from bot.surfaces.forms import Answers, Form, FormErrors
from bot.surfaces.picks import Channel, Choice, MultiSelect, Radio, Select, Tick, User, Users
from tests.surfaces.form_cases import STATE_KEYS, WRONG, WrongCase, good_values, wrong_cases
from tests.surfaces.states import LANGUAGE

WORDS = LANGUAGE.words


class EveryKind(Answers):
    """One field of each kind."""

    name: str
    call_link: str
    every_weeks: int
    first_date: date
    first_time: time
    zone: str
    length: str
    pairs: bool
    members: tuple[str, ...]
    facilitator: str
    channel: str


OPTIONS = [Choice("a", "First"), Choice("b", "Second"), Choice("c", "Third")]
# Words are borrowed from a real form: `create_set` has a label for each of these names.
EVERY_KIND = Form(
    "modals.create_set",
    EveryKind,
    [
        Text(name="name", limit=20, at_least=2),
        Url(name="call_link"),
        Number(name="every_weeks", lowest=1, highest=12),
        Date(name="first_date"),
        Time(name="first_time"),
        Select(name="zone", choices=OPTIONS),
        Radio(name="length", choices=OPTIONS),
        Tick(name="pairs"),
        Users(name="members", fewest=2, most=4),
        User(name="facilitator"),
        Channel(name="channel"),
    ],
)


class Some(Answers):
    """Options of which any number may be chosen."""

    present: tuple[str, ...]


SOME = Form("modals.presence", Some, [MultiSelect(name="present", choices=OPTIONS, optional=True)])


def drawn(form: Form[Any], initial: dict[str, object] | None = None) -> dict[str, Any]:
    view = View(type="modal", title="Form", submit="Send", blocks=form.blocks(WORDS, initial))
    shown: dict[str, Any] = view.to_dict()
    check_view(shown, "modal")
    return shown


def errors(form: Form[Any], values: object) -> dict[str, str]:
    with pytest.raises(FormErrors) as caught:
        form.read(values)
    return caught.value.sentences(WORDS)


def with_value(name: str, state: dict[str, Any] | None) -> dict[str, Any]:
    values: dict[str, Any] = good_values(drawn(EVERY_KIND))
    if state is None:
        return {block: value for block, value in values.items() if block != name}
    return {**values, name: {"value": state}}


def test_what_was_drawn_with_values_reads_as_those_values() -> None:
    initial: dict[str, object] = {
        "name": "Ask: <why> *not*?",
        "call_link": "https://call.example.org/a?b=c&d=e",
        "every_weeks": 4,
        "first_date": date(2027, 2, 28),
        "first_time": time(14, 5),
        "zone": "b",
        "length": "c",
        "pairs": True,
        "members": ["U0000002", "U0000001"],
        "facilitator": "U0000003",
        "channel": "C0000009",
    }
    state = good_values(drawn(EVERY_KIND, initial))
    state["members"]["value"]["selected_users"] = ["U0000002", "U0000001"]
    assert EVERY_KIND.read(state) == EveryKind.model_validate(initial)


def test_a_multi_select_reads_in_any_number() -> None:
    view = drawn(SOME, {"present": ("a", "c")})
    assert SOME.read(good_values(view)) == Some(present=("a", "c"))
    assert SOME.read(good_values(drawn(SOME))) == Some(present=())


@pytest.mark.parametrize("case", list(wrong_cases(drawn(EVERY_KIND))), ids=lambda c: f"{c.block_id}: {c.why}")
def test_a_wrong_field_is_told_beside_it_and_nowhere_else(case: WrongCase) -> None:
    told = errors(EVERY_KIND, case.values)
    assert list(told) == [case.block_id]
    assert told[case.block_id].strip()


@pytest.mark.parametrize("case", list(wrong_cases(drawn(SOME))), ids=lambda c: c.why)
def test_a_wrong_choice_of_several_is_told_beside_it(case: WrongCase) -> None:
    assert list(errors(SOME, case.values)) == [case.block_id]


def test_every_kind_of_field_is_tried_here() -> None:
    tried = {block["element"]["type"] for form in (EVERY_KIND, SOME) for block in drawn(form)["blocks"]}
    assert tried == WRONG.keys() == STATE_KEYS.keys()


def test_all_wrong_fields_are_told_at_once() -> None:
    assert len(errors(EVERY_KIND, {})) == len(EVERY_KIND.fields) - 1  # a box that is not ticked is an answer


def test_the_sentence_says_by_how_much_a_text_is_too_long() -> None:
    told = errors(EVERY_KIND, with_value("name", {"type": "plain_text_input", "value": "x" * 23}))
    assert "3" in told["name"]
    assert "20" in told["name"]


def test_a_text_is_taken_without_the_blanks_around_it_and_at_the_limit() -> None:
    state = with_value("name", {"type": "plain_text_input", "value": f"  {'x' * 20}\n"})
    assert EVERY_KIND.read(state).name == "x" * 20


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        "values",
        {"name": None},
        {"name": {"value": "text"}},
        {"name": {"other": {"type": "plain_text_input", "value": "x"}}},
        {"stranger": {"value": {"type": "plain_text_input", "value": "x"}}},
        {"name": {"value": {"type": 7, "value": "x"}}},
        {7: {"value": {"type": "plain_text_input", "value": "x"}}},
    ],
)
def test_a_state_that_is_not_this_forms_is_told_beside_the_first_field(values: object) -> None:
    assert list(errors(EVERY_KIND, values)) == ["name"]


def test_new_keys_of_slack_in_a_field_do_no_harm() -> None:
    state = with_value("name", {"type": "plain_text_input", "value": "North", "rich_text_value": {"a": 1}})
    assert EVERY_KIND.read(state).name == "North"


def test_rules_see_the_answers_and_their_errors_stand_beside_the_fields() -> None:
    form = Form(
        "modals.presence", Some, SOME.fields, [lambda _: {"present": FieldError("modals.error.required")}]
    )
    assert list(errors(form, good_values(drawn(SOME)))) == ["present"]


def test_errors_say_nothing_of_what_was_written() -> None:
    with pytest.raises(FormErrors) as caught:
        EVERY_KIND.read(with_value("call_link", {"type": "url_text_input", "value": "my secret"}))
    assert "secret" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from([each.name for each in EVERY_KIND.fields]), st.data())
def test_whatever_comes_back_is_read_or_told_and_never_breaks(name: str, data: st.DataObject) -> None:
    field = next(each for each in EVERY_KIND.fields if each.name == name)
    answer = data.draw(JSON)
    state = with_value(name, {"type": field.slack_type, field.state_key: answer})
    blamed: list[str] = []
    try:
        EVERY_KIND.read(state)
    except FormErrors as told:
        blamed = list(told.sentences(WORDS))
    assert blamed in ([], [name])

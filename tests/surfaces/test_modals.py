"""Every modal is one that Slack takes, reads back what it drew, and answers each wrong field beside it."""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from slack_sdk.models.views import View

from bot.domain import commands as c
from bot.domain.learning_set import Horizon, Outcome
from bot.domain.rejections import Reason, Rejected
from bot.rehearsal.block_kit import check_view
from bot.rehearsal.form_values import values_of
from bot.surfaces import modals
from bot.surfaces.forms import Form, FormErrors
from bot.surfaces.ids import Action, Callback
from bot.surfaces.modals import (
    away,
    back,
    bids,
    commitments,
    create_set,
    end,
    facilitator,
    hand_over,
    learning,
    leave,
    next_meeting,
    owners,
    presence,
    privacy,
    questions,
    reports,
    stretch,
    swap,
    takeaways,
)
from bot.surfaces.values import Carried
from tests.surfaces.form_cases import Samples, WrongCase, good_values, wrong_cases
from tests.surfaces.states import (
    CREATED,
    FACILITATOR,
    FORMAT,
    LANGUAGE,
    LONGEST_NAME,
    Play,
    member,
    with_longest_names,
)

WORDS = LANGUAGE.words
OWNER, OTHER = member(1), member(3)
Drawn = tuple[View, Form[Any] | None]


def in_question_stage(play: Play) -> Play:
    return play.start().go_to("clarification", 1).ask(OTHER, "w" * 300)


def with_commitment(play: Play) -> Play:
    return play.start().go_to("commitments", 1).commit("w" * 500)


def with_report(play: Play) -> Play:
    play = play.start().finish()
    return play.report(OWNER, play.learning_set.commitments[0].id)


def in_bids(play: Play) -> Play:
    return play.start().go_to("bids").do(c.PlaceBid, OTHER, line="w" * 150)


def in_review(play: Play) -> Play:
    return play.start().go_to("learning-review")


def draw_new_set(_play: Play) -> Drawn:
    form = create_set.create_set_form(LANGUAGE, FORMAT, "Europe/London", CREATED)
    view = create_set.create_set_modal(LANGUAGE, FORMAT, OWNER, "Europe/London", CREATED, "C0000001")
    return view, form


def draw_sharing(play: Play) -> Drawn:
    view, form = draw_new_set(play)
    assert form is not None
    answers = form.read(good_values(view.to_dict()))
    return create_set.sharing_modal(answers, LANGUAGE, FORMAT, "Europe/London", CREATED), form


def draw_edit_question(play: Play) -> Drawn:
    scene = in_question_stage(play).scene
    return questions.edit_question_modal(scene, "q1"), questions.edit_question_form()


def draw_edit_commitment(play: Play) -> Drawn:
    scene = with_commitment(play).scene
    commitment = scene.learning_set.commitments[0]
    view = commitments.edit_commitment_modal(scene, commitment.id)
    return view, commitments.commitment_form(scene, commitment)


def draw_report(play: Play) -> Drawn:
    scene = with_report(play).scene
    return reports.report_modal(scene, scene.learning_set.commitments[0].id), reports.report_form()


def draw_takeaway(play: Play) -> Drawn:
    scene = in_question_stage(play).do(c.NoteTakeaway, OTHER, turn=1, text="w" * 300).scene
    return takeaways.takeaway_modal(scene, OTHER, 1), takeaways.takeaway_form()


def draw_learning(play: Play) -> Drawn:
    lines = dict.fromkeys(("about_problem", "about_self", "about_set"), "w" * learning.LIMIT)
    scene = in_review(play).do(c.WriteLearning, OTHER, **lines).scene
    return learning.learning_modal(scene, OTHER), learning.learning_form()


def draw_away(play: Play) -> Drawn:
    scene = play.do(c.GoAway, OTHER, until=date(2027, 2, 20)).scene
    return away.away_modal(scene, OTHER), away.away_form(scene, OTHER)


def with_form(make: Callable[[Play], Play], modal: Any, form: Any) -> Callable[[Play], Drawn]:
    """A modal drawn from a scene alone, and its form, which is drawn from the scene or from nothing."""

    def drawn(play: Play) -> Drawn:
        scene = make(play).scene
        return modal(scene), form(scene) if inspect.signature(form).parameters else form()

    return drawn


def as_created(play: Play) -> Play:
    return play


def live(play: Play) -> Play:
    return play.start()


MODALS: dict[str, Callable[[Play], Drawn]] = {
    "create_set_modal": draw_new_set,
    "sharing_modal": draw_sharing,
    "privacy_modal": lambda _play: (privacy.privacy_modal(WORDS, 365), None),
    "ask_question_modal": with_form(
        in_question_stage, questions.ask_question_modal, questions.ask_question_form
    ),
    "edit_question_modal": draw_edit_question,
    "bid_modal": with_form(in_bids, lambda scene: bids.bid_modal(scene, OTHER), bids.bid_form),
    "owners_modal": with_form(in_bids, owners.owners_modal, owners.owners_form),
    "commitment_modal": with_form(
        with_commitment,
        lambda scene: commitments.commitment_modal(scene, 1),
        commitments.commitment_form,
    ),
    "edit_commitment_modal": draw_edit_commitment,
    "no_commitment_modal": with_form(
        with_commitment,
        lambda scene: commitments.no_commitment_modal(scene, 1),
        commitments.no_commitment_form,
    ),
    "takeaway_modal": draw_takeaway,
    "learning_modal": draw_learning,
    "report_modal": draw_report,
    "back_modal": with_form(in_review, back.back_modal, back.back_form),
    "stretch_modal": with_form(in_question_stage, stretch.stretch_modal, stretch.stretch_form),
    "presence_modal": with_form(live, presence.presence_modal, presence.presence_form),
    "hand_over_modal": lambda play: (hand_over.hand_over_modal(live(play).scene), None),
    "end_modal": lambda play: (end.end_modal(live(play).scene), None),
    "leave_modal": lambda play: (leave.leave_modal(play.scene), None),
    "facilitator_modal": with_form(as_created, facilitator.facilitator_modal, facilitator.facilitator_form),
    "swap_modal": with_form(
        as_created,
        lambda scene: swap.swap_modal(scene, OTHER),
        lambda scene: swap.swap_form(scene, OTHER),
    ),
    "move_modal": with_form(as_created, next_meeting.move_modal, next_meeting.move_form),
    "cancel_modal": lambda play: (next_meeting.cancel_modal(play.scene), None),
    "away_modal": draw_away,
}
PLAYS: dict[str, Callable[[], Play]] = {"plain": Play, "longest": with_longest_names}


def every_wrong_case() -> Iterator[Any]:
    for name, draw in MODALS.items():
        view, form = draw(Play())
        for case in wrong_cases(view.to_dict(), Samples()):
            yield pytest.param(form, case, id=f"{name}: {case.block_id}: {case.why}")


def told(form: Form[Any], values: object) -> dict[str, str]:
    with pytest.raises(FormErrors) as caught:
        form.read(values)
    return caught.value.sentences(WORDS)


def said(view: View) -> str:
    return json.dumps(view.to_dict(), ensure_ascii=False)


def block_ids(view: View) -> list[str]:
    return [block["block_id"] for block in view.to_dict()["blocks"] if block["type"] == "input"]


def carried(view: View) -> Carried:
    return Carried.model_validate_json(view.to_dict()["private_metadata"])


def test_every_modal_that_there_is_is_tried_here() -> None:
    names = {
        name
        for module in pkgutil.iter_modules(modals.__path__)
        for name, _ in inspect.getmembers(
            importlib.import_module(f"{modals.__name__}.{module.name}"), inspect.isfunction
        )
        if name.endswith("_modal")
    }
    assert names == MODALS.keys()


def test_every_callback_has_a_modal() -> None:
    assert {draw(Play())[0].callback_id for draw in MODALS.values()} == set(Callback)


@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
@pytest.mark.parametrize("draw", MODALS.values(), ids=MODALS)
def test_slack_takes_the_modal(draw: Callable[[Play], Drawn], play: Callable[[], Play]) -> None:
    view, _ = draw(play())
    check_view(view.to_dict(), "modal")


@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
@pytest.mark.parametrize("draw", MODALS.values(), ids=MODALS)
def test_a_modal_has_no_more_fields_than_its_form_and_good_answers_are_taken(
    draw: Callable[[Play], Drawn], play: Callable[[], Play]
) -> None:
    view, form = draw(play())
    if form is None:
        assert block_ids(view) == []
    else:
        form.read(good_values(view.to_dict()))


@pytest.mark.parametrize(("form", "case"), list(every_wrong_case()))
def test_each_field_wrong_is_told_beside_it(form: Form[Any], case: WrongCase) -> None:
    assert list(told(form, case.values)) == [case.block_id]


@pytest.mark.parametrize("draw", MODALS.values(), ids=MODALS)
def test_fields_and_answers_have_the_same_names(draw: Callable[[Play], Drawn]) -> None:
    _, form = draw(Play())
    if form is not None and form.answers is not owners.OwnersAnswers:
        assert {field.name for field in form.fields} == form.answers.model_fields.keys()


class TestCreatingASet:
    def form(self) -> Form[create_set.SetAnswers]:
        return create_set.create_set_form(LANGUAGE, FORMAT, "Europe/London", CREATED)

    def values(self, **changes: Any) -> dict[str, Any]:
        view, _ = draw_new_set(Play())
        values = good_values(view.to_dict())
        for block_id, (key, answer) in changes.items():
            values[block_id]["value"][key] = answer
        return values

    def clock(self, length: int, turns: int) -> dict[str, Any]:
        return self.values(
            length=("selected_option", {"value": str(length)}),
            turns=("selected_option", {"value": str(turns)}),
        )

    def test_the_defaults_are_a_set(self) -> None:
        answers = self.form().read(self.values())
        assert answers.clock_id == "90x1"
        assert answers.first_meeting_at == datetime(2027, 2, 8, 10)  # noqa: DTZ001 - wall-clock time
        assert answers.zone == "Europe/London"

    @pytest.mark.parametrize("length", [60, 90, 120])
    @pytest.mark.parametrize("turns", [1, 2, 3])
    def test_only_the_clocks_of_the_format_fit_and_the_error_says_which(
        self, length: int, turns: int
    ) -> None:
        if f"{length}x{turns}" in {clock.id for clock in FORMAT.clocks}:
            assert self.form().read(self.clock(length, turns)).clock_id == f"{length}x{turns}"
        else:
            sentence = told(self.form(), self.clock(length, turns))["turns"]
            assert all(
                f"{clock.length_minutes} minutes with {clock.turns}" in sentence for clock in FORMAT.clocks
            )

    def test_members_keep_the_order_in_which_they_were_picked(self) -> None:
        picked = ["U3", "U1", "U2"]
        assert self.form().read(self.values(members=("selected_users", picked))).members == tuple(picked)

    def test_a_first_meeting_in_the_past_is_told_in_the_zone_of_the_set(self) -> None:
        today = {"first_date": ("selected_date", "2027-02-01"), "first_time": ("selected_time", "10:30")}
        london = {"zone": ("selected_option", {"value": "Europe/London"})}
        tokyo = {"zone": ("selected_option", {"value": "Asia/Tokyo"})}
        assert self.form().read(self.values(**today, **london)).first_time == time(10, 30)
        assert list(told(self.form(), self.values(**today, **tokyo))) == ["first_date"]

    def test_the_creators_zone_stands_first_and_no_zone_stands_twice(self) -> None:
        view = create_set.create_set_modal(LANGUAGE, FORMAT, OWNER, "Asia/Kathmandu", CREATED).to_dict()
        element = next(b for b in view["blocks"] if b.get("block_id") == "zone")["element"]
        offered = [option["value"] for group in element["option_groups"] for option in group["options"]]
        assert offered[0] == element["initial_option"]["value"] == "Asia/Kathmandu"
        assert len(offered) == len(set(offered))
        assert {"Africa/Nairobi", "America/La_Paz", "Pacific/Auckland", "UTC"} <= set(offered)
        check_view(view, "modal")

    def test_a_zone_that_this_machine_does_not_know_becomes_utc(self) -> None:
        view = create_set.create_set_modal(LANGUAGE, FORMAT, OWNER, "Mars/Olympus", CREATED).to_dict()
        check_view(view, "modal")
        element = next(b for b in view["blocks"] if b.get("block_id") == "zone")["element"]
        assert element["initial_option"]["value"] == "UTC"

    def test_outside_a_channel_slack_proposes_the_current_conversation(self) -> None:
        view = create_set.create_set_modal(LANGUAGE, FORMAT, OWNER, "Europe/London", CREATED)
        assert '"default_to_current_conversation": true' in said(view)

    def checked(self, channel: create_set.PickedChannel, **people: create_set.PickedPerson) -> dict[str, str]:
        answers = self.form().read(self.values(facilitator=("selected_user", "U0000009")))
        known = {id_: create_set.PickedPerson(id_) for id_ in (*answers.members, "U0000009")} | people
        try:
            create_set.check_with_workspace(answers, known, channel, "learning", LANGUAGE)
        except FormErrors as errors:
            return errors.sentences(WORDS)
        return {}

    @pytest.mark.parametrize(
        ("channel", "tells"),
        [
            (create_set.PickedChannel(bot_is_in=False), "/invite @learning"),
            (create_set.PickedChannel(bot_is_in=True, taken=True), "has a set already"),
            (create_set.PickedChannel(bot_is_in=True, archived=True), "archived"),
        ],
    )
    def test_a_channel_that_will_not_do_is_told(self, channel: create_set.PickedChannel, tells: str) -> None:
        errors = self.checked(channel)
        assert list(errors) == ["channel"]
        assert tells in errors["channel"]

    @pytest.mark.parametrize(
        "odd",
        [
            create_set.PickedPerson("Calendar *bot*", bot=True),
            create_set.PickedPerson("Gone", deactivated=True),
            create_set.PickedPerson("A guest", guest=True, has_one_channel=True, in_channel=False),
            create_set.PickedPerson("A partner", outsider=True, in_channel=False),
        ],
    )
    @pytest.mark.parametrize(("person", "block_id"), [("U0000002", "members"), ("U0000009", "facilitator")])
    def test_bots_and_deactivated_people_are_told_by_name(
        self, odd: create_set.PickedPerson, person: str, block_id: str
    ) -> None:
        errors = self.checked(create_set.PickedChannel(bot_is_in=True), **{person: odd})
        assert list(errors) == [block_id]
        assert odd.name in errors[block_id]

    def test_somebody_whom_the_workspace_does_not_know_is_told(self) -> None:
        answers = self.form().read(self.values())
        with pytest.raises(FormErrors) as caught:
            create_set.check_with_workspace(
                answers, {}, create_set.PickedChannel(bot_is_in=True), "learning", LANGUAGE
            )
        assert {"members"} <= caught.value.errors.keys()

    def test_a_set_that_will_do_passes(self) -> None:
        assert self.checked(create_set.PickedChannel(bot_is_in=True)) == {}

    def test_warnings_are_plain_and_stop_nothing(self) -> None:
        answers = self.form().read(self.values(members=("selected_users", ["U1", "U2"])))
        channel = create_set.PickedChannel(bot_is_in=True, public=True, people=frozenset({"U1", "U7", "U8"}))
        lines = create_set.warnings(answers, {}, channel, "U8", LANGUAGE)
        assert [line.plain().split()[0] for line in lines] == ["The", "1", "You"]
        view = create_set.set_created_view(answers, lines, LANGUAGE)
        check_view(view.to_dict(), "modal")

    def test_what_does_not_work_for_guests_and_people_from_outside_is_said(self) -> None:
        answers = self.form().read(self.values(members=("selected_users", ["U1", "U2", "U3", "U4"])))
        people = {
            "U1": create_set.PickedPerson("Ada"),
            "U2": create_set.PickedPerson("Gus", guest=True, in_channel=False),
            "U3": create_set.PickedPerson("Xeno", outsider=True),
            "U4": create_set.PickedPerson("Ike", guest=True, has_one_channel=True),
        }
        channel = create_set.PickedChannel(bot_is_in=True, shared=True)
        lines = create_set.warnings(answers, people, channel, "U1", LANGUAGE)
        assert [line.plain().split()[0] for line in lines] == ["The", "Xeno", "Gus"]
        check_view(create_set.set_created_view(answers, lines, LANGUAGE).to_dict(), "modal")

    def test_a_channel_that_outsiders_can_read_is_asked_about_with_all_answers_kept(self) -> None:
        answers = self.form().read(self.values())
        view = create_set.sharing_modal(answers, LANGUAGE, FORMAT, "Europe/London", CREATED)
        again = self.form().read(values_of(view.to_dict()["blocks"]))
        assert again == answers
        assert "tick the box" in said(view)

    def test_nothing_is_warned_of_without_reason(self) -> None:
        answers = self.form().read(self.values())
        channel = create_set.PickedChannel(bot_is_in=True, people=frozenset(answers.members))
        lines = create_set.warnings(answers, {}, channel, OWNER, LANGUAGE)
        assert lines == ()
        check_view(create_set.set_created_view(answers, lines, LANGUAGE).to_dict(), "modal")


class TestQuestions:
    def test_the_modal_names_the_stage_and_lends_two_questions_of_it(self) -> None:
        scene = in_question_stage(Play()).scene
        shown = said(questions.ask_question_modal(scene))
        lent = [question for question in scene.stage_words.questions if question in shown]
        assert len(lent) == 2
        assert scene.stage_words.name in shown

    def test_it_carries_the_stage_and_the_turn_in_which_it_was_begun(self) -> None:
        packed = carried(questions.ask_question_modal(in_question_stage(Play()).scene))
        assert (packed.set_id, packed.meeting_id, packed.stage, packed.turn) == (
            "set1",
            "set1.1",
            "clarification",
            1,
        )

    def test_other_questions_are_lent_once_one_was_asked(self) -> None:
        pool = tuple("abcdefgh")
        assert questions.borrowable(pool, 0) == ("a", "b")
        assert questions.borrowable(pool, 1) == ("c", "d")
        assert questions.borrowable(pool, 4) == ("a", "b")
        assert questions.borrowable((), 3) == ()
        assert questions.borrowable(("a",), 3) == ("a",)

    def test_in_a_stillness_it_says_that_the_question_waits(self) -> None:
        view = questions.ask_question_modal(Play().start().go_to("stillness", 1).scene)
        assert WORDS.plain("modals.ask_question.held") in said(view)
        check_view(view.to_dict(), "modal")

    @pytest.mark.parametrize("stage", ["welcome", "problem", "learning-review"])
    def test_where_no_questions_are_asked_there_is_no_modal(self, stage: str) -> None:
        with pytest.raises(Rejected) as refused:
            questions.ask_question_modal(Play().start().go_to(stage).scene)
        assert refused.value.reason is Reason.NO_QUESTIONS_NOW

    def test_a_withdrawn_question_has_no_new_text(self) -> None:
        assert questions.EditedQuestion(text="Why?", withdraw=True).new_text is None
        assert questions.EditedQuestion(text="Why?", withdraw=False).new_text == "Why?"

    def test_an_unknown_question_has_no_modal(self) -> None:
        with pytest.raises(Rejected):
            questions.edit_question_modal(in_question_stage(Play()).scene, "q9")


class TestOwners:
    def read(self, play: Play, *units: str, why: str = "") -> owners.OwnersAnswers:
        view = owners.owners_modal(play.scene).to_dict()
        values = good_values(view)
        for number, unit in enumerate(units, start=1):
            option = {"value": unit} if unit else None
            values[f"turn_{number}"]["value"]["selected_option"] = option
        values["why"]["value"]["value"] = why
        return owners.owners_form(play.scene).read(values)

    def test_the_proposal_is_preselected_and_needs_no_reason(self) -> None:
        assert self.read(Play().start().go_to("bids")).units == (member(1), member(2))

    def test_another_choice_needs_a_reason(self) -> None:
        play = Play().start().go_to("bids")
        assert list(told_by(lambda: self.read(play, member(4), member(2)))) == ["why"]
        assert self.read(play, member(4), member(2), why="She asked").units == (member(4), member(2))

    def test_a_later_turn_may_be_nobodys(self) -> None:
        play = Play().start().go_to("bids")
        assert self.read(play, member(1), "", why="More time for one").units == (member(1),)

    def test_nobody_owns_two_turns(self) -> None:
        play = Play().start().go_to("bids")
        assert list(told_by(lambda: self.read(play, member(2), member(2), why="Again"))) == ["turn_2"]

    def test_only_who_is_here_can_be_chosen(self) -> None:
        play = Play().start().go_to("bids")
        play.do(c.SetPresence, member(1), present={member(1): False})
        assert list(told_by(lambda: self.read(play, member(1)))) == ["turn_1"]

    def test_owners_already_chosen_are_shown(self) -> None:
        play = Play().start().go_to("bids")
        play.do(c.ChooseOwners, FACILITATOR, units=(member(3), member(4)), why="They asked")
        shown = owners.owners_modal(play.scene).to_dict()
        menus = [b["element"] for b in shown["blocks"] if b.get("block_id", "").startswith("turn_")]
        assert [menu["initial_option"]["value"] for menu in menus] == [member(3), member(4)]

    def test_where_nobody_is_here_there_is_nothing_to_choose(self) -> None:
        play = Play().start().go_to("bids")
        for number in range(1, 5):
            play.do(c.SetPresence, member(number), present={member(number): False})
        with pytest.raises(Rejected) as refused:
            owners.owners_modal(play.scene)
        assert refused.value.reason is Reason.NOBODY_TO_OWN


def told_by(read: Callable[[], Any]) -> dict[str, str]:
    with pytest.raises(FormErrors) as caught:
        read()
    return caught.value.sentences(WORDS)


class TestCommitments:
    def test_a_new_one_cannot_be_withdrawn_and_one_that_stands_can(self) -> None:
        scene = with_commitment(Play()).scene
        assert "withdraw" not in block_ids(commitments.commitment_modal(scene, 1))
        view = commitments.edit_commitment_modal(scene, scene.learning_set.commitments[0].id)
        assert "withdraw" in block_ids(view)
        assert carried(view).item == scene.learning_set.commitments[0].id

    def test_its_words_are_as_they_were_given(self) -> None:
        scene = with_commitment(Play()).scene
        found = scene.learning_set.commitments[0]
        view, form = draw_edit_commitment(Play())
        answers = form.read(good_values(view.to_dict())) if form else None
        assert isinstance(answers, commitments.CommitmentAnswers)
        assert (answers.words.what, answers.words.due_on) == (found.what, found.due_on)
        assert answers.words.horizon is Horizon.SHORT
        assert answers.new_words == answers.words
        assert answers.model_copy(update={"withdraw": True}).new_words is None

    def test_its_day_is_today_at_the_earliest(self) -> None:
        scene = with_commitment(Play()).scene
        view = commitments.commitment_modal(scene, 1).to_dict()
        form = commitments.commitment_form(scene)
        today = scene.now.date()
        assert form.read(good_values(view, Samples(day=today))).due_on == today
        yesterday = good_values(view, Samples(day=today - timedelta(days=1)))
        assert list(told(form, yesterday)) == ["due_on"]

    def test_a_day_that_has_passed_may_stay_as_it_is(self) -> None:
        scene = with_commitment(Play()).scene
        found = scene.learning_set.commitments[0]
        later = replace(scene, now=scene.now + timedelta(days=60))
        values = good_values(commitments.edit_commitment_modal(later, found.id).to_dict())
        assert commitments.commitment_form(later, found).read(values).due_on == found.due_on

    def test_a_turn_that_nobody_owns_has_no_commitment(self) -> None:
        scene = with_commitment(Play()).scene
        for builder in (commitments.commitment_modal, commitments.no_commitment_modal):
            with pytest.raises(Rejected):
                builder(scene, 3)


class TestReports:
    def test_the_commitment_is_shown_and_the_report_so_far(self) -> None:
        scene = with_report(Play()).scene
        view, form = draw_report(Play())
        assert scene.learning_set.commitments[0].what in said(view)
        assert form is not None
        values = good_values(view.to_dict())
        values["learned"]["value"]["value"] = None
        assert form.read(values) == reports.ReportAnswers(
            outcome=Outcome.PARTLY, happened="It rained.", learned=None, airtime=True
        )

    def test_there_are_five_honest_answers(self) -> None:
        view, _ = draw_report(Play())
        element = next(b["element"] for b in view.to_dict()["blocks"] if b.get("block_id") == "outcome")
        assert [option["value"] for option in element["options"]] == list(Outcome)

    def test_an_unknown_commitment_has_no_modal(self) -> None:
        with pytest.raises(Rejected):
            reports.report_modal(with_report(Play()).scene, "nothing")


class TestGoingBack:
    def test_each_option_says_the_stage_and_whose_turn_reopens(self) -> None:
        play = Play().start().go_to("analysis", 2)
        view = back.back_modal(play.scene).to_dict()
        options = next(b["element"]["options"] for b in view["blocks"] if b.get("block_id") == "position")
        assert [int(option["value"]) for option in options] == list(reversed(range(play.meeting.position)))
        assert "Member 2" in options[0]["description"]["text"]
        assert "description" not in options[-1]

    def test_the_first_stage_has_nothing_before_it(self) -> None:
        with pytest.raises(Rejected):
            back.back_modal(Play().start().scene)


class TestMoreTime:
    def choices(self, play: Play) -> list[dict[str, Any]]:
        view = stretch.stretch_modal(play.scene).to_dict()
        check_view(view, "modal")
        return [o for b in view["blocks"] if b["type"] == "input" for o in b["element"]["options"]]

    def test_each_choice_says_where_the_time_comes_from(self) -> None:
        choices = self.choices(Play().start().go_to("clarification", 1))
        assert [choice["value"].partition("+")[0] for choice in choices] == ["2", "5", "10"]
        assert all(choice["description"]["text"] for choice in choices)

    def test_a_choice_that_takes_from_another_owner_names_them_and_is_the_consent(self) -> None:
        play = Play().start().go_to("commitments", 1)
        play.now = play.meeting.ends_at - timedelta(minutes=43)
        taking = [choice for choice in self.choices(play) if choice["value"].endswith(stretch.FROM_OTHERS)]
        assert taking
        assert all("Member 2" in choice["description"]["text"] for choice in taking)
        answers = stretch.StretchAnswers(choice=taking[0]["value"])
        assert answers.from_others
        play.do(
            c.StretchStage,
            FACILITATOR,
            version=play.meeting.version,
            minutes=answers.minutes,
            from_others=answers.from_others,
        )

    def test_what_is_offered_the_domain_gives(self) -> None:
        for stage in ("problem", "analysis", "commitments"):
            for choice in self.choices(Play().start().go_to(stage, 1)):
                answers = stretch.StretchAnswers(choice=choice["value"])
                play = Play().start().go_to(stage, 1)
                play.do(
                    c.StretchStage,
                    FACILITATOR,
                    version=play.meeting.version,
                    minutes=answers.minutes,
                    from_others=answers.from_others,
                )

    def test_when_nothing_is_left_it_says_so_and_asks_nothing(self) -> None:
        play = Play().start().go_to("learning-review")
        play.now = play.meeting.ends_at
        view = stretch.stretch_modal(play.scene)
        check_view(view.to_dict(), "modal")
        assert block_ids(view) == []
        assert "no more time to give" in said(view)

    @pytest.mark.parametrize("play", [Play(), Play().start().do(c.PauseMeeting, FACILITATOR)])
    def test_a_clock_that_does_not_run_is_not_stretched(self, play: Play) -> None:
        with pytest.raises(Rejected):
            stretch.stretch_modal(play.scene)


class TestPeople:
    def test_presence_is_answered_for_everybody(self) -> None:
        scene = live(Play()).scene
        answers = presence.PresenceAnswers(present=(member(2),))
        assert answers.by_person(scene) == {member(n): n == 2 for n in range(1, 5)}

    def test_the_role_is_handed_to_one_of_those_who_are_here_in_one_more_press(self) -> None:
        play = live(Play()).do(c.SetPresence, member(2), present={member(2): False})
        view = hand_over.hand_over_modal(play.scene).to_dict()
        buttons = [e for b in view["blocks"] if b["type"] == "actions" for e in b["elements"]]
        assert {button["action_id"] for button in buttons} == {Action.HAND_OVER_TO}
        people = [Carried.model_validate_json(button["value"]).person for button in buttons]
        assert people == [member(1), member(3), member(4)]

    def test_nobody_to_hand_over_to_is_said(self) -> None:
        play = live(Play())
        for number in range(1, 5):
            play.do(c.SetPresence, member(number), present={member(number): False})
        view = hand_over.hand_over_modal(play.scene)
        check_view(view.to_dict(), "modal")
        assert "Nobody else" in said(view)

    def test_who_took_over_is_named(self) -> None:
        view = hand_over.handed_over_view(with_longest_names().start().scene, member(2))
        check_view(view.to_dict(), "modal")
        assert LONGEST_NAME[:20] in said(view)

    def test_a_swap_is_with_another_unit_by_one_of_its_people(self) -> None:
        play = Play(pairs=True)
        view = swap.swap_modal(play.scene, member(1)).to_dict()
        options = next(b["element"]["options"] for b in view["blocks"] if b["type"] == "input")
        assert [option["value"] for option in options] == [member(3)]
        assert options[0]["text"]["text"] == "Member 3 and Member 4"

    def test_a_swap_needs_two(self) -> None:
        for play, person in ((Play(), "USTRANGER"), (Play(pairs=True, members=2), member(1))):
            with pytest.raises(Rejected):
                swap.swap_modal(play.scene, person)

    def test_being_away_is_until_a_day_or_over(self) -> None:
        scene = Play().scene
        form = away.away_form(scene, OTHER)
        view = away.away_modal(scene, OTHER)
        assert block_ids(view) == ["until"]
        values = good_values(view.to_dict(), Samples(day=date(2027, 2, 1)))
        assert form.read(values).until == date(2027, 2, 1)
        values["until"]["value"]["selected_date"] = "2027-01-31"
        assert list(told(form, values)) == ["until"]
        values["until"]["value"]["selected_date"] = None
        assert list(told(form, values)) == ["until"]
        back_again = {
            **values,
            "back": {"value": {"type": "checkboxes", "selected_options": [{"value": "yes"}]}},
        }
        assert form.read(back_again) == away.AwayAnswers(until=None, back=True)


class TestTheNextMeeting:
    def test_it_moves_to_a_day_and_time_in_the_zone_of_the_set(self) -> None:
        view, form = MODALS["move_modal"](Play())
        assert form is not None
        answers = form.read(good_values(view.to_dict()))
        assert answers.starts_at == datetime(2027, 2, 15, 10)  # noqa: DTZ001 - wall-clock time

    def test_it_does_not_move_into_the_past(self) -> None:
        play = Play(now=datetime(2027, 2, 15, 10, tzinfo=UTC) - timedelta(days=20))
        view, _ = MODALS["move_modal"](play)
        later = replace(play.scene, now=datetime(2027, 2, 15, 11, tzinfo=UTC))
        assert list(told(next_meeting.move_form(later), good_values(view.to_dict()))) == ["date"]

    def test_cancelling_says_which_date_comes_instead(self) -> None:
        play = Play()
        following = datetime(2027, 3, 15, 10, tzinfo=UTC)
        assert str(int(following.timestamp())) in said(next_meeting.cancel_modal(play.scene))
        play.do(c.CancelMeeting, member(1))
        assert play.meeting.starts_at == following

    def test_a_running_meeting_neither_moves_nor_is_cancelled(self) -> None:
        scene = live(Play()).scene
        for builder in (next_meeting.move_modal, next_meeting.cancel_modal):
            with pytest.raises(Rejected) as refused:
                builder(scene)
            assert refused.value.reason is Reason.MEETING_RUNNING


class TestEnding:
    def test_between_meetings_it_asks_about_the_set_alone(self) -> None:
        view = end.end_modal(Play().scene)
        check_view(view.to_dict(), "modal")
        assert block_ids(view) == []
        assert "Heads of department" in said(view)

    def test_while_a_meeting_is_live_it_asks_about_the_meeting_alone(self) -> None:
        view = end.end_modal(live(Play()).scene)
        check_view(view.to_dict(), "modal")
        assert "End this meeting?" in said(view)
        assert "Heads of department" not in said(view)

    def test_the_two_are_told_apart_by_what_they_carry(self) -> None:
        brought_back = [
            Carried.model_validate_json(end.end_modal(scene).private_metadata or "")
            for scene in (Play().scene, live(Play()).scene)
        ]
        assert [end.ends_the_meeting(each) for each in brought_back] == [False, True]


@pytest.mark.parametrize(
    "model", [bids.BidAnswers(line="x", withdraw=True), takeaways.TakeawayAnswers(text="x", withdraw=True)]
)
def test_what_is_withdrawn_has_no_words(model: Any) -> None:
    kept = model.model_copy(update={"withdraw": False})
    name = "new_line" if isinstance(model, bids.BidAnswers) else "new_text"
    assert getattr(model, name) is None
    assert getattr(kept, name) == "x"


def test_what_was_never_written_cannot_be_withdrawn() -> None:
    scene = in_bids(Play()).scene
    assert block_ids(bids.bid_modal(scene, member(4))) == ["line"]
    assert block_ids(bids.bid_modal(scene, OTHER)) == ["line", "withdraw"]
    asked = in_question_stage(Play()).scene
    assert block_ids(takeaways.takeaway_modal(asked, OTHER, 1)) == ["text"]
    with pytest.raises(Rejected):
        takeaways.takeaway_modal(asked, OTHER, 3)

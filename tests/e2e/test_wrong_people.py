"""Whoever may not: outside the set or without the role, they press every button and send every modal.

Along the tour of two meetings, whatever stands there for somebody is tried by everybody for whom it does not:
presses and submissions are forged where Slack would not show them the button. Each is answered by one private
sentence, no row of the set changes, and nothing is said to anybody else.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pytest

from bot.domain.learning_set import Answer, LearningSet
from bot.domain.rejections import Reason
from bot.listeners import actions, slash_command, views
from bot.rehearsal.acts import Act
from bot.rehearsal.form_values import Values
from bot.rehearsal.people import Person
from bot.rehearsal.rate_limits import RateLimits
from bot.rehearsal.records import Call
from bot.rehearsal.view_desk import OpenView
from bot.storage.tables import learning_sets
from bot.surfaces.ids import Action, Callback
from bot.surfaces.notices import NAMING_THE_COMMAND
from bot.surfaces.replies import Subcommand
from tests.e2e.bots import library
from tests.e2e.strangers import Standing, Strangers, standing
from tests.e2e.tour import (
    BETWEEN,
    CLARIFICATION,
    COMMITMENTS,
    REPORT_BACKS,
    SECOND_TURN,
    Tour,
    Way,
)
from tests.e2e.watching import READING, Heard, Watch
from tests.e2e.whose import (
    ANYBODY,
    COMMANDS,
    FACILITATOR,
    INVITED,
    PRESSES,
    SUBMISSIONS,
    THEIRS,
    Rule,
    Sentences,
)
from tests.e2e.world import World
from tests.surfaces.form_cases import good_values

WORDS = library().language("en").words
NEVER_SENT_OFF = (Callback.HAND_OVER, Callback.PRIVACY)
"""Modals in which there are only buttons."""


def test_every_button_modal_and_command_says_whose_it_is() -> None:
    assert PRESSES.keys() == set(Action) == set(actions.LISTENERS)
    assert SUBMISSIONS.keys() == set(Callback) == {*views.LISTENERS, *NEVER_SENT_OFF}
    assert COMMANDS.keys() == set(Subcommand) == set(slash_command.LISTENERS)


@pytest.mark.timeout(300)  # well over a thousand presses, submissions and commands
async def test_nobody_gets_anything_done_that_is_not_theirs_to_do(world: World) -> None:
    trial = Trial(world, await Strangers.arrive(world))
    tour = Tour(world)
    async for stop in tour.stops():
        trial.where = stop.name
        if stop is BETWEEN:
            await trial.type_everything()
        for way in stop.ways:
            view = await tour.open(way)
            values = good_values(view.document, tour.samples)
            await trial.press_everything()
            await trial.send(way, view, values)
            if way.sends:
                await tour.send(tour.person(way), view, values)
            await tour.close(way)
        await trial.press_everything()
        if stop in (CLARIFICATION, COMMITMENTS, REPORT_BACKS):
            await trial.press_with_the_id_of_another_set()
        if stop is SECOND_TURN:
            await trial.press_what_is_over()
    assert not trial.misbehaved, "\n".join(trial.misbehaved)
    assert {action for action, _, _ in trial.pressed} == set(Action)


Attempt = tuple[Person, Callable[[], Act], Sentences]


class Trial:
    """Lets the wrong people try, and keeps what was not as it should be."""

    def __init__(self, world: World, strangers: Strangers) -> None:
        self.world = world
        self.strangers = strangers
        self.where = ""
        self.pressed: set[tuple[Action, bool, str]] = set()
        self.odd: set[Action] = set()
        self.seen: dict[str, Standing] = {}
        self.misbehaved: list[str] = []

    async def press_everything(self) -> None:
        """Everybody who may not presses each button that they have not pressed yet."""
        learning_set = await self.world.learning_set()
        attempts: dict[str, list[Attempt]] = {}
        for each in standing(self.world, learning_set.id):
            action, of_another = Action(each.button.action_id), each.carried.person is not None
            if PRESSES[action] is not ANYBODY:
                self.seen[f"{action} {each.carried.meeting_id}"] = each
            rule = FACILITATOR if action is Action.SKIP_REPORT and of_another else PRESSES[action]
            for person, sentences in self._wrong(rule, learning_set, invited=rule is INVITED):
                if (action, of_another, person.name) not in self.pressed:
                    self.pressed.add((action, of_another, person.name))
                    press = partial(self.strangers.press, person, each.button, each.message)
                    attempts.setdefault(f"{action} {each.button.value}", []).append(
                        (person, press, sentences)
                    )
        await self._try(attempts)

    async def press_with_the_id_of_another_set(self) -> None:
        """Whoever facilitates another set presses with its id and the ids of what belongs to this one."""
        hanna, ours = self.strangers.of_another_set, (await self.world.learning_set()).id
        theirs = (await self.world.rows(learning_sets))[0]["id"]
        watch = await Watch.begin(self.world)
        for each in standing(self.world, ours):
            action = Action(each.button.action_id)
            tried = action in self.odd or PRESSES[action] is ANYBODY
            if each.carried.meeting_id is not None and not tried:
                self.odd.add(action)
                value = each.carried.model_copy(update={"set_id": theirs}).packed()
                await self._odd(hanna, each, value)
        self.misbehaved += [
            f"{self.where}, by another set: {table} changed" for table in await watch.changed()
        ]

    async def press_what_is_over(self) -> None:
        """Those who were in the right in an earlier meeting press its buttons again."""
        meeting = await self.world.meeting()
        watch = await Watch.begin(self.world)
        for each in self.seen.values():
            if each.carried.meeting_id not in (None, meeting.id):
                for name in ("grace", "ben"):
                    await self._odd(self.world.person(name), each, each.button.value)
        self.misbehaved += [
            f"{self.where}, an old button: {table} changed" for table in await watch.changed()
        ]

    async def _odd(self, person: Person, each: Standing, value: str | None) -> None:
        heard = Heard.begin(person)
        act = self.strangers.press(person, each.button, each.message, value)
        await self.world.at_once(act)
        await self.world.settle()
        if act.warned or len(heard.all()) != 1:
            self.misbehaved.append(f"{self.where}, {person.name} {each.button.action_id}: {heard.all()}")
        heard.dismiss()

    async def send(self, way: Way, view: OpenView, values: Values) -> None:
        """Everybody who may not sends off a copy of the modal."""
        rule = SUBMISSIONS[way.callback]
        if rule is ANYBODY and way.sends:
            return
        learning_set = await self.world.learning_set()
        wrong = self._wrong(rule, learning_set, known=way.callback is Callback.GO_AWAY)
        sending = self.strangers.submission
        attempts = [(person, partial(sending, person, view, values), told) for person, told in wrong]
        await self._try({way.callback: attempts})

    async def type_everything(self) -> None:
        """Everybody who may not types each command, in the set's channel, alone and with an argument."""
        learning_set, channel = await self.world.learning_set(), self.world.place.channel
        ama = self.world.person("ama").id
        arguments = {Subcommand.SWAP: f"<@{ama}|ama>", Subcommand.AWAY: "2026-03-31"}
        attempts = {}
        for word, rule in COMMANDS.items():
            wrong = self._wrong(rule, learning_set, known=word is Subcommand.AWAY)
            wrong = [each for each in wrong if each[0] not in self.strangers.speechless]
            if word is Subcommand.JOIN:
                wrong = [each for each in wrong if each[1] is not THEIRS]
            for line in {f"/als {word}", f"/als {word} {arguments.get(word, '')}".strip()}:
                attempts[line] = [
                    (person, partial(person.commanding, line, channel), told) for person, told in wrong
                ]
        await self._try(attempts)

    def _wrong(
        self, rule: Rule, learning_set: LearningSet, *, invited: bool = False, known: bool = False
    ) -> list[tuple[Person, Sentences]]:
        """Who may not, and what they then read."""
        outside = self.strangers.outside(learning_set)
        if invited:
            outside = [one for one in outside if not _is_invited(learning_set, one)]
        if known:
            outside = [one for one in outside if one.id not in learning_set.people]
        found = [(person, rule.stranger) for person in outside]
        plain = self.world.person(rule.plain)
        if rule.member is not None and learning_set.is_active(plain.id):
            found.append((plain, rule.member))
        return found

    async def _try(self, attempts: Mapping[str, Sequence[Attempt]]) -> None:
        if not attempts:
            return
        watch = await Watch.begin(self.world)
        found = [f"{what}: {fault}" for what, some in attempts.items() for fault in await self._at_once(some)]
        found += [f"{'; '.join(attempts)}: {table} changed" for table in await watch.changed()]
        found += [f"{'; '.join(attempts)}: left in the outbox"] if await watch.still_waiting() else []
        self.misbehaved += [f"{self.where}, {each}" for each in found]

    async def _at_once(self, attempts: Sequence[Attempt]) -> list[str]:
        """The same by everybody; what each of them reads, and what anybody else does.

        Slack lets an app open a hundred modals in a minute. What is tried here would take many minutes, in
        which the meeting would move on; so it begins anew each time.
        """
        self.world.slack.world.limits = RateLimits()
        people = [person for person, _, _ in attempts]
        heard, calls = [Heard.begin(person) for person in people], len(self.world.slack.calls)
        acts = [prepare() for _, prepare, _ in attempts]
        await self.world.at_once(*acts)
        await self.world.settle()
        found = _public(self.world.slack.calls[calls:], people)
        for (person, _, sentences), act, ears in zip(attempts, acts, heard, strict=True):
            found += [f"{person.name} {fault}" for fault in _faults(person, act, sentences, ears.all())]
            ears.dismiss()
        return found


def _faults(person: Person, act: Act, sentences: Sentences, shown: Sequence[str]) -> list[str]:
    if not act.acknowledged or act.warned:
        return ["got no acknowledgement"]
    said = list(act.errors.values()) or list(shown)
    if sentences is THEIRS or said in [[_sentence(each, person)] for each in sentences]:
        return []
    return [f"read {said}"]


def _public(calls: Sequence[Call], people: Sequence[Person]) -> list[str]:
    """What was shown to anybody else, or by other means than to one person alone."""
    ids = {person.id for person in people}
    private = {"chat.postEphemeral": "user", "views.publish": "user_id"}
    return [
        f"{call.method} {call.arguments}"
        for call in calls
        if call.method not in READING | {"views.open"}
        and call.arguments.get(private.get(call.method, "")) not in ids
    ]


def _is_invited(learning_set: LearningSet, person: Person) -> bool:
    member = learning_set.member(person.id)
    return member is not None and member.answer is not Answer.LEFT


def _sentence(said: Reason | str, person: Person) -> str:
    if not isinstance(said, Reason):
        return WORDS.plain(said)
    others = person.account.is_external and said in NAMING_THE_COMMAND
    return WORDS.plain(f"rejections.outside.{said}" if others else f"rejections.{said}")

"""Whoever may not: outside the set or without the role, they press every button and send every modal.

Along the tour of two meetings, whatever stands there for somebody is tried by everybody for whom it does not:
presses and submissions are forged where Slack would not show them the button. Each is answered by one private
sentence, no row of the set changes, and nothing is said to anybody else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.domain.learning_set import Answer, LearningSet
from bot.domain.rejections import Reason
from bot.rehearsal.acts import Act
from bot.rehearsal.form_values import Values
from bot.rehearsal.people import Person
from bot.rehearsal.records import Call
from bot.rehearsal.view_desk import OpenView
from bot.surfaces.ids import Action, Callback
from bot.surfaces.replies import Subcommand
from tests.e2e.bots import library
from tests.e2e.strangers import Strangers, standing
from tests.e2e.tour import BETWEEN, Tour, Way
from tests.e2e.watching import READING, Heard, Watch
from tests.e2e.world import World
from tests.surfaces.form_cases import good_values

WORDS = library().language("en").words
THEIRS = None
"""No refusal: to these people it belongs."""

Sentences = tuple[Reason | str, ...] | None


@dataclass(frozen=True)
class Rule:
    """What somebody reads who does not belong to the set, and what a member does who has not the role.

    ``plain`` is such a member.
    """

    stranger: Sentences
    member: Sentences = THEIRS
    plain: str = "ama"


ANYBODY = Rule(THEIRS)
ANY_MEMBER = Rule((Reason.NOT_IN_THE_SET,))
INVITED = Rule((Reason.NOT_INVITED,), (Reason.ALREADY_IN,))
FACILITATOR = Rule((Reason.NOT_IN_THE_SET,), (Reason.NOT_THE_FACILITATOR,))
OWNER_OF_TURN = Rule((Reason.NOT_IN_THE_SET,), (Reason.NOT_THE_OWNER,))
OWNER = Rule((Reason.NOT_THE_OWNER,), (Reason.NOT_THE_OWNER,))
AUTHOR = Rule((Reason.NOT_THE_AUTHOR,), (Reason.NOT_THE_AUTHOR,))
MANAGER = Rule((Reason.NOT_ALLOWED_TO_MANAGE,), (Reason.NOT_ALLOWED_TO_MANAGE,), plain="carla")
WHOEVER_ENDS = Rule(
    (Reason.NOT_ALLOWED_TO_MANAGE, Reason.NOT_IN_THE_SET),
    (Reason.NOT_ALLOWED_TO_MANAGE, Reason.NOT_THE_FACILITATOR),
    plain="carla",
)

PRESSES: Mapping[Action, Rule] = {
    Action.ACCEPT_INVITATION: INVITED,
    Action.DECLINE_INVITATION: INVITED,
    Action.NEW_SET: ANYBODY,
    Action.START_MEETING: FACILITATOR,
    Action.I_AM_HERE: ANY_MEMBER,
    Action.CORRECT_PRESENCE: FACILITATOR,
    Action.MOVE_ON: FACILITATOR,
    Action.GO_BACK: FACILITATOR,
    Action.STRETCH: FACILITATOR,
    Action.PAUSE: FACILITATOR,
    Action.RESUME: FACILITATOR,
    Action.HAND_OVER: FACILITATOR,
    Action.HAND_OVER_TO: FACILITATOR,
    Action.END_MEETING: FACILITATOR,
    Action.END_ON_TIME: FACILITATOR,
    Action.END_LATER: FACILITATOR,
    Action.PLACE_BID: ANY_MEMBER,
    Action.CHOOSE_OWNERS: FACILITATOR,
    Action.ASK_QUESTION: ANY_MEMBER,
    Action.EDIT_QUESTION: AUTHOR,
    Action.QUESTION_ANSWERED: OWNER,
    Action.QUESTION_TAKEN_AWAY: OWNER,
    Action.QUESTION_PASSED: OWNER,
    Action.RECORD_COMMITMENT: OWNER_OF_TURN,
    Action.EDIT_COMMITMENT: OWNER,
    Action.NO_COMMITMENT: OWNER_OF_TURN,
    Action.NOTE_TAKEAWAY: ANY_MEMBER,
    Action.WRITE_LEARNING: ANY_MEMBER,
    Action.NOTHING_LEARNED: ANY_MEMBER,
    Action.FILE_REPORT: Rule((Reason.NOT_IN_THE_SET,), (Reason.NOT_THE_OWNER, "commands.report_none")),
    Action.SKIP_REPORT: ANY_MEMBER,
    Action.SKIP_TURN: ANY_MEMBER,
    Action.OPEN_LINK: ANYBODY,
}
SUBMISSIONS: Mapping[Callback, Rule] = {
    Callback.CREATE_SET: ANYBODY,
    Callback.LEAVE_SET: ANY_MEMBER,
    Callback.END: WHOEVER_ENDS,
    Callback.CHANGE_FACILITATOR: MANAGER,
    Callback.SWAP: ANY_MEMBER,
    Callback.MOVE_MEETING: MANAGER,
    Callback.CANCEL_MEETING: MANAGER,
    Callback.GO_AWAY: ANY_MEMBER,
    Callback.CORRECT_PRESENCE: FACILITATOR,
    Callback.GO_BACK: FACILITATOR,
    Callback.STRETCH: FACILITATOR,
    Callback.HAND_OVER: ANYBODY,
    Callback.PLACE_BID: ANY_MEMBER,
    Callback.CHOOSE_OWNERS: FACILITATOR,
    Callback.ASK_QUESTION: ANY_MEMBER,
    Callback.EDIT_QUESTION: AUTHOR,
    Callback.COMMITMENT: Rule((Reason.NOT_IN_THE_SET, Reason.NOT_THE_OWNER), (Reason.NOT_THE_OWNER,)),
    Callback.NO_COMMITMENT: OWNER_OF_TURN,
    Callback.NOTE_TAKEAWAY: ANY_MEMBER,
    Callback.WRITE_LEARNING: ANY_MEMBER,
    Callback.FILE_REPORT: OWNER_OF_TURN,
}
COMMANDS: Mapping[Subcommand, Rule] = {
    Subcommand.HELP: ANYBODY,
    Subcommand.NEW: ANYBODY,
    Subcommand.NEXT: ANY_MEMBER,
    Subcommand.STATUS: ANY_MEMBER,
    Subcommand.START: FACILITATOR,
    Subcommand.ASK: ANY_MEMBER,
    Subcommand.COMMITMENTS: Rule(("commands.commitments_none",)),
    Subcommand.REPORT: Rule(("commands.report_none",)),
    Subcommand.JOIN: Rule(THEIRS, (Reason.ALREADY_IN,)),
    Subcommand.LEAVE: ANY_MEMBER,
    Subcommand.SWAP: ANY_MEMBER,
    Subcommand.SKIP: ANY_MEMBER,
    Subcommand.AWAY: ANY_MEMBER,
    Subcommand.FACILITATOR: MANAGER,
    Subcommand.MOVE: MANAGER,
    Subcommand.CANCEL: MANAGER,
    Subcommand.END: WHOEVER_ENDS,
}


def test_every_button_modal_and_command_says_whose_it_is() -> None:
    assert PRESSES.keys() == set(Action)
    assert SUBMISSIONS.keys() == set(Callback)
    assert COMMANDS.keys() == set(Subcommand)


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
    assert trial.misbehaved == []
    assert {action for action, _, _ in trial.pressed} == set(Action)


Attempt = tuple[Person, Callable[[], Act], Sentences]


class Trial:
    """Lets the wrong people try, and keeps what was not as it should be."""

    def __init__(self, world: World, strangers: Strangers) -> None:
        self.world = world
        self.strangers = strangers
        self.where = ""
        self.pressed: set[tuple[Action, bool, str]] = set()
        self.misbehaved: list[str] = []

    async def press_everything(self) -> None:
        """Everybody who may not presses each button that they have not pressed yet."""
        learning_set = await self.world.learning_set()
        attempts: dict[str, list[Attempt]] = {}
        for each in standing(self.world, learning_set.id):
            action, of_another = Action(each.button.action_id), each.carried.person is not None
            rule = FACILITATOR if action is Action.SKIP_REPORT and of_another else PRESSES[action]
            for person, sentences in self._wrong(rule, learning_set, invited=rule is INVITED):
                if (action, of_another, person.name) not in self.pressed:
                    self.pressed.add((action, of_another, person.name))
                    press = partial(self.strangers.press, person, each.button, each.message)
                    attempts.setdefault(f"{action} {each.button.value}", []).append(
                        (person, press, sentences)
                    )
        await self._try(attempts)

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
        """The same by everybody; what each of them reads, and what anybody else does."""
        people = [person for person, _, _ in attempts]
        heard, calls = [Heard.begin(person) for person in people], len(self.world.slack.calls)
        acts = [prepare() for _, prepare, _ in attempts]
        await self.world.at_once(*acts)
        await self.world.settle()
        found = _public(self.world.slack.calls[calls:], people)
        for (person, _, sentences), act, ears in zip(attempts, acts, heard, strict=True):
            found += [f"{person.name} {fault}" for fault in _faults(act, sentences, ears.all())]
            ears.dismiss()
        return found


def _faults(act: Act, sentences: Sentences, shown: Sequence[str]) -> list[str]:
    if not act.acknowledged or act.warned:
        return ["got no acknowledgement"]
    said = list(act.errors.values()) or list(shown)
    if sentences is THEIRS or said in [[_sentence(each)] for each in sentences]:
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


def _sentence(said: Reason | str) -> str:
    return WORDS.plain(f"rejections.{said}" if isinstance(said, Reason) else said)

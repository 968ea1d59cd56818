"""Giving the running stage more time: each choice says where the time comes from."""

from collections.abc import Iterator

from slack_sdk.models.views import View

from bot.domain.agenda import NothingLeft, Slot, fit
from bot.domain.agenda import Stretch as Plan
from bot.domain.flow import remaining, stretched
from bot.domain.learning_set import Phase
from bot.domain.rejections import Reason, Rejected
from bot.prompt_library import Line
from bot.surfaces import parts
from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import modal, notice, told
from bot.surfaces.picks import Choice, Radio
from bot.surfaces.scene import Scene

MINUTES = (2, 5, 10)
FROM_OTHERS = "+others"
"""Ends the value of a choice that names another owner: to choose it is to agree."""


class StretchAnswers(Answers):
    """How much longer, and whether the choice named the owners whose turns give the time."""

    choice: str

    @property
    def minutes(self) -> int:
        """Minutes more."""
        return int(self.choice.removesuffix(FROM_OTHERS))

    @property
    def from_others(self) -> bool:
        """Whether it was agreed to take the time from another owner's turn."""
        return self.choice.endswith(FROM_OTHERS)


def stretch_form() -> Form[StretchAnswers]:
    """For reading: every choice that may ever have been drawn. Whether it still holds, the domain says."""
    values = [f"{minutes}{end}" for minutes in MINUTES for end in ("", FROM_OTHERS)]
    return _form([Choice(value, value) for value in values])


def stretch_modal(scene: Scene) -> View:
    """The choices there are, or a notice that there is none. Raises Rejected unless the meeting runs."""
    if scene.meeting.phase is not Phase.RUNNING:
        raise Rejected(Reason.PAUSED if scene.meeting.phase is Phase.PAUSED else Reason.NOT_STARTED)
    words = scene.words
    offers = list(_offers(scene))
    if not offers:
        nothing = told(words.rich("modals.stretch.nothing_left"))
        return notice(words, "stretch", Callback.STRETCH, [nothing], scene.carried())
    choices = [
        Choice(value, words.plain("modals.stretch.minutes", count=minutes), source.plain())
        for minutes, value, source in offers
    ]
    stage = scene.stage_name(scene.meeting.agenda[scene.meeting.position].stage)
    intro = told(words.rich("modals.stretch.intro", stage=stage))
    sources = parts.bullets(
        [
            words.rich("modals.stretch.source", count=minutes, source=source)
            for minutes, _value, source in offers
        ]
    )
    pieces = [intro, sources, *_form(choices).blocks(words)]
    return modal(words, "stretch", Callback.STRETCH, scene.carried(), pieces)


def _form(choices: list[Choice]) -> Form[StretchAnswers]:
    return Form("modals.stretch", StretchAnswers, [Radio(name="choice", choices=choices)])


def _offers(scene: Scene) -> Iterator[tuple[int, str, Line]]:
    """Minutes, value and source of each choice that can be had."""
    for minutes in MINUTES:
        try:
            plan = stretched(scene.meeting, minutes, scene.now)
        except NothingLeft:
            return
        end = FROM_OTHERS if plan.taken_from_turns else ""
        yield minutes, f"{minutes}{end}", _source(scene, plan)


def _source(scene: Scene, plan: Plan) -> Line:
    """In words, where the time comes from; of several sources the one that matters most to others."""
    words = scene.words
    if plan.taken_from_turns:
        owners = scene.people(
            person
            for turn in scene.meeting.turns
            if turn.number in plan.taken_from_turns
            for person in scene.learning_set.owners(turn)
        )
        return words.rich("modals.stretch.from_others", owner=owners)
    return words.rich(f"modals.stretch.{_own_source(scene, plan)}")


def _own_source(scene: Scene, plan: Plan) -> str:
    running, *later = remaining(scene.meeting, scene.now)
    # What the scheduled end takes from every stage is not taken for this one.
    available = int((scene.meeting.ends_at - scene.now).total_seconds()) - running.seconds
    before = fit(later, available)
    gave = [new for new, had in zip(plan.slots[1:], before, strict=True) if new.seconds < had]
    if any(slot.turn is None for slot in gave):
        return "from_shared"
    return "from_turn" if _same_turn(running, gave) else "from_time_in_hand"


def _same_turn(running: Slot, gave: list[Slot]) -> bool:
    return any(slot.turn == running.turn for slot in gave)

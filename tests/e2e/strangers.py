"""People to whom a button or a modal does not belong, and how they press and send it all the same."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from bot.domain.learning_set import LearningSet
from bot.rehearsal.acts import Act
from bot.rehearsal.form_values import Values
from bot.rehearsal.model import Message
from bot.rehearsal.people import Person
from bot.rehearsal.sight import Button, buttons_in
from bot.rehearsal.view_desk import OpenView
from bot.surfaces.values import Carried
from tests.e2e.people import BYSTANDER, new_set_form
from tests.e2e.world import FIRST_MEETING, World

OTHER_CHANNEL = "other-set"
OTHER_ORGANISATION = "T0THIRD00"
INVITED = ("dev", "elif", "fumi")
"""Those who never said yes, said no, or left."""


@dataclass(frozen=True)
class Standing:
    """A button that stands somewhere now: in a message, or else in a modal or on a Home."""

    button: Button
    message: Message | None

    @property
    def carried(self) -> Carried:
        """What it brings back."""
        return Carried.model_validate_json(self.button.value or "{}")


def standing(world: World, set_id: str) -> list[Standing]:
    """Every button of this set, or of none, that anybody has before them."""
    messages = [one for one in world.slack.workspace.all_messages() if one.from_bot and not one.deleted]
    views = world.slack.world.views.all_views()
    shown = [Standing(button, one) for one in messages for button in buttons_in(one.blocks, "")]
    shown += [Standing(button, None) for view in views for button in buttons_in(view.blocks, view.user)]
    return [each for each in shown if each.button.kind == "button" and each.carried.set_id in (set_id, None)]


def copy_of(world: World, view: OpenView, person: Person) -> OpenView:
    """The same modal, on top of what is open before somebody."""
    ids, views = world.slack.world.ids, world.slack.world.views
    view_id = ids.next("V")
    copied = OpenView(view_id, person.id, deepcopy(view.document), view.hash, view_id)
    views.stacks.setdefault(person.id, []).append(copied)
    return copied


@dataclass(frozen=True)
class Strangers:
    """A bystander, a guest and a member of another set; and whoever of the invited is not in.

    And those of whom Slack sends no commands: somebody of another organisation, a bot, and somebody who was
    deactivated while their window was open.
    """

    world: World
    guest: Person
    of_another_set: Person
    speechless: tuple[Person, ...]

    @classmethod
    async def arrive(cls, world: World) -> "Strangers":
        """Before the set of the test is made. All are in its channel."""
        hanna = world.slack.add_person("hanna")
        gus = world.slack.add_person("gus", is_ultra_restricted=True)
        speechless = (
            world.slack.add_person("xeno", team_id=OTHER_ORGANISATION),
            world.slack.add_person("robo", is_bot=True),
            world.slack.add_person("dora", deleted=True),
        )
        world.place.channel.members.extend(one.id for one in (hanna, gus, *speechless))
        await _start_set(world, hanna)
        await world.home(BYSTANDER)
        await world.pass_time(minutes=1)
        return cls(world, gus, hanna, speechless)

    def outside(self, learning_set: LearningSet) -> list[Person]:
        """Everybody here who does not belong to the set now."""
        invited = [self.world.person(name) for name in INVITED]
        away = [one for one in invited if not learning_set.is_active(one.id)]
        return [self.world.person(BYSTANDER), self.guest, self.of_another_set, *self.speechless, *away]

    def press(self, person: Person, button: Button, message: Message | None, value: str | None = None) -> Act:
        """Prepare a forged press; the bystander makes it on their Home, others on a message that they see."""
        action: dict[str, Any] = person._action(button, None)
        action |= {"value": value} if value is not None else {}
        if person.home is not None and person.name == BYSTANDER:
            return person.forge_press_in(person.home, [action])
        known = self.world.slack.workspace.conversations
        seen = message is not None and person.id in known[message.channel].members
        return person.forge_press(message if message and seen else self._in_the_channel(), [action])

    def submission(self, person: Person, view: OpenView, values: Values) -> Act:
        """Prepare a forged submission of somebody else's modal."""
        return person.forge_submission(deepcopy(values), view=copy_of(self.world, view, person))

    def _in_the_channel(self) -> Message:
        return next(one for one in self.world.messages() if one.channel == self.world.place.channel.id)


async def _start_set(world: World, creator: Person) -> None:
    other = world.slack.add_person("ivo")
    channel = world.slack.add_channel(OTHER_CHANNEL, [creator, other])
    await creator.command("/als new", channel)
    form = new_set_form(world.place, FIRST_MEETING.replace(month=12), name="Southern heads", channel=channel)
    people = [creator.id, other.id]
    await creator.submit({**form, "members": people, "facilitator": creator.id})
    await world.settle()
    await creator.close_modal(all_of_them=True)
    invitation = next(one for one in creator.messages(channel) if one.from_bot)
    await creator.press(invitation, "invitation.accept")
    await world.settle()

"""What simulated members do: they press what they see and fill what opened, and nothing else."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from bot.rehearsal.acts import Act
from bot.rehearsal.cast import Cast, newest_first
from bot.rehearsal.errors import CannotAct
from bot.rehearsal.expectations import Observer
from bot.rehearsal.forms import find_field
from bot.rehearsal.json_types import Json
from bot.rehearsal.model import Conversation, Message
from bot.rehearsal.people import Person
from bot.rehearsal.scenario import Place, Step, span
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.sight import Button
from bot.rehearsal.texts import Texts
from bot.rehearsal.view_desk import OpenView

Seen = Message | OpenView


class Deeds:
    """Carries out one step of one person. All raise CannotAct and FormRefused, as Person does."""

    def __init__(self, slack: LocalSlack, cast: Cast, texts: Texts, zone: str) -> None:
        self._slack = slack
        self._cast = cast
        self._texts = texts
        self._zone = ZoneInfo(zone)
        self._observer = Observer(slack.workspace)

    # Pressing

    async def press(self, step: Step, actor: str) -> Act:
        """Press the newest thing they see of that name; `on`, `near`, `labelled` tell several apart."""
        person, action_id = self._cast.people[actor], step.press or ""
        seen, button = self._find(step, person, actor)
        if isinstance(seen, Message):
            return await person.press(seen, action_id, value=button.value, block_id=button.block_id)
        if seen is person.home:
            return await person.press_home(action_id, button.value, block_id=button.block_id)
        return await person.press_in_modal(action_id, button.value, block_id=button.block_id)

    def _find(self, step: Step, person: Person, actor: str) -> tuple[Seen, Button]:
        near = self._texts.of(step.near, actor) if step.near else ""
        label = step.labelled or ""
        if label in self._cast.people:
            label = self._cast.people[label].account.shown_name
        offered: list[Button] = []
        for seen in self._seen(step.on, person):
            if near not in person.text_of(seen):
                continue
            buttons = person.buttons(seen)
            for button in buttons:
                if _is_meant(button, step, label):
                    return seen, button
            offered += buttons
            if step.primary and any(button.action_id == step.press for button in buttons):
                break  # what older messages ask for is over
        where = f" near “{near}”" if near else ""
        there = ", ".join(dict.fromkeys(button.action_id for button in offered))
        raise CannotAct(f"there is no {step.press}{where} to press, only {there or 'nothing'}")

    def _seen(self, where: Place, person: Person) -> list[Seen]:
        """What they look at, the likeliest first: an open modal, messages from the newest on, App Home."""
        found: list[Seen] = []
        if person.modal is not None and where in ("any", "modal"):
            found.append(person.modal)
        if where not in ("modal", "home"):
            found.extend(newest_first([m for m in self._messages(person) if self._stands(m, where)]))
        if person.home is not None and where in ("any", "home"):
            found.append(person.home)
        return found

    def _messages(self, person: Person) -> list[Message]:
        return [one for one in self._slack.workspace.all_messages() if one.from_bot and person.sees(one)]

    def _stands(self, message: Message, where: Place) -> bool:
        direct = self._slack.workspace.conversations[message.channel].is_im
        private = message.ephemeral_to is not None
        in_channel = not direct and not private
        places = {
            "any": True,
            "private": private,
            "dm": direct and not private,
            "channel": in_channel,
            "board": in_channel and not message.is_reply,
            "thread": in_channel and message.is_reply,
        }
        return places[where]

    def could_press(self, step: Step, actor: str) -> bool:
        """Whether they see what the step asks them to press."""
        try:
            self._find(step, self._cast.people[actor], actor)
        except CannotAct:
            return False
        return True

    # Filling in

    async def submit(self, step: Step, actor: str) -> Act:
        """Fill the modal that is open, as the step says, and send it."""
        person = self._cast.people[actor]
        if person.modal is None:
            raise CannotAct(f"no modal opened before {person.name}")
        view = person.modal
        return await person.submit(
            {key: self._answer(view, key, value, step, actor) for key, value in (step.fill or {}).items()}
        )

    def _answer(self, view: OpenView, key: str, value: Json, step: Step, actor: str) -> Json:
        """A value of the script as that of the field: names become ids, spans dates, references texts."""
        kind = find_field(view, key)[1]["type"]
        if isinstance(value, list):
            return [self._one(kind, one, actor) for one in value]
        answer = self._one(kind, value, actor)
        if step.keep and isinstance(value, str) and value.startswith("@"):
            self._texts.keep(step.keep, str(answer))
        return answer

    def _one(self, kind: str, value: Json, actor: str) -> Json:
        if not isinstance(value, str):
            return value
        if kind == "datepicker" and value.startswith("+"):
            return (self._today() + span(value[1:])).isoformat()
        if kind in ("plain_text_input", "url_text_input", "datepicker", "timepicker", "number_input"):
            return self._texts.of(value, actor)
        return self._cast.id_of(value) or value

    def _today(self) -> date:
        return self._slack.clock.now().astimezone(self._zone).date()

    # Everything else

    async def command(self, step: Step, actor: str) -> Act:
        """Type a slash command: in the set's channel, in another, or (`on = "dm"`) to the bot itself."""
        place = None if step.on == "dm" else self._cast.channels.get(step.channel or "", self._cast.home)
        return await self._cast.people[actor].command(step.command or "", place)

    async def open_home(self, actor: str) -> Act:
        return await self._cast.people[actor].open_home()

    async def close(self, actor: str) -> Act:
        return await self._cast.people[actor].close_modal(all_of_them=True)

    def travel(self, step: Step, actor: str) -> None:
        """Their computer tells Slack of another zone."""
        zone = step.travels or ""
        self._tell(actor, "act_travel", None, zone)
        self._slack.workspace.change_zone(self._cast.people[actor].id, zone)

    def join(self, step: Step, actor: str) -> None:
        """They come into a channel."""
        channel = self._cast.channels[step.joins or ""]
        self._tell(actor, "act_join_channel", channel, channel.name)
        self._slack.workspace.join(channel.id, self._cast.people[actor].id)

    def invite(self, step: Step, actor: str) -> None:
        """They type `/invite` with the bot's name in a channel."""
        channel = self._cast.channels[step.invites or ""]
        self._tell(actor, "act_invite_bot", channel, f"/invite @{self._slack.workspace.bot.name}")
        self._slack.workspace.invite_bot(channel.id, self._cast.people[actor].id)

    def _tell(self, actor: str, kind: str, channel: Conversation | None, text: str) -> None:
        where = channel.id if channel else None
        self._slack.transcript.write(
            kind, user=self._cast.people[actor].id, channel=where, stage=None, text=text
        )


def _is_meant(button: Button, step: Step, label: str) -> bool:
    stands_out = not step.primary or button.element.get("style") == "primary"
    return button.action_id == step.press and label in button.text and stands_out

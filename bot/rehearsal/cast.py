"""The people and channels of a scenario, put into the local Slack."""

from __future__ import annotations

from dataclasses import dataclass

from bot.rehearsal.model import Conversation, Message
from bot.rehearsal.people import Person
from bot.rehearsal.scenario import Scenario
from bot.rehearsal.server import LocalSlack


@dataclass(frozen=True)
class Cast:
    """Who and what the names of a scenario stand for in the local Slack."""

    people: dict[str, Person]
    channels: dict[str, Conversation]
    home: Conversation

    @classmethod
    def enter(cls, scenario: Scenario, slack: LocalSlack) -> Cast:
        """Create everybody and every channel."""
        people = {
            key: slack.add_person(key, real_name=player.name, tz=player.zone)
            for key, player in scenario.cast.items()
        }
        channels = {
            name: slack.add_channel(
                name, [people[key] for key in plan.people], with_bot=plan.bot, is_private=plan.private
            )
            for name, plan in scenario.channels.items()
        }
        return cls(people, channels, channels[scenario.home_channel])

    @classmethod
    def find(cls, scenario: Scenario, slack: LocalSlack) -> Cast:
        """Those who entered earlier. Raises KeyError for somebody who never did."""
        channels = {one.name: one for one in slack.workspace.conversations.values() if not one.is_im}
        return cls(
            {key: slack.person(key) for key in scenario.cast},
            {name: channels[name] for name in scenario.channels},
            channels[scenario.home_channel],
        )

    def id_of(self, name: str) -> str | None:
        """The id of a person, of a channel, or of a pair (`amina+joel`); None for any other word."""
        if name in self.people:
            return self.people[name].id
        if name in self.channels:
            return self.channels[name].id
        halves = name.split("+")
        if len(halves) > 1 and all(half in self.people for half in halves):
            return "+".join(self.people[half].id for half in halves)
        return None

    def by_name(self, text: str) -> list[str]:
        """The keys of those whose shown names stand in a text, in the order in which they stand there."""
        found = {key: text.find(one.account.shown_name) for key, one in self.people.items()}
        return sorted((key for key, at in found.items() if at >= 0), key=lambda key: found[key])


def newest_first(messages: list[Message]) -> list[Message]:
    """By Slack's own timestamps."""
    return sorted(messages, key=lambda one: one.ts, reverse=True)

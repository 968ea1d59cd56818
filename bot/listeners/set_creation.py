"""The modal for a new set, when it comes back. What only Slack can tell is asked before the command."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.directory import Account
from bot.domain import commands as c
from bot.domain.learning_set import Person
from bot.listeners.submitted import Submitted
from bot.listeners.visit import Visit
from bot.surfaces.modals.create_set import (
    PickedChannel,
    PickedPerson,
    SetAnswers,
    check_with_workspace,
    create_set_form,
)

FEW_ENOUGH_TO_ASK = 30
"""Outsiders of whom Slack is asked whether they are bots; of more, all count as people."""


async def read_new_set(sent: Submitted) -> SetAnswers:
    """What was entered. Raises `FormErrors`."""
    visit, queries = sent.visit, sent.visit.desk.queries
    account = await visit.directory.account(visit.person)
    zone = account.person.zone if account else "UTC"
    return create_set_form(queries.language, queries.format, zone, queries.now).read(sent.values)


class SharingNotAgreed(Exception):
    """The channel is shared with another organisation, and the creator has not agreed to that."""


@dataclass(frozen=True, slots=True)
class NewSet:
    """The command, and what the workspace tells of those it names."""

    command: c.CreateSet
    channel: PickedChannel
    people: Mapping[str, PickedPerson]


async def create_set(visit: Visit, answers: SetAnswers) -> NewSet:
    """The command, with everybody as the workspace knows them. Raises `FormErrors` for what it forbids, and
    `SharingNotAgreed`.
    """
    named = [*answers.members, visit.person, *([answers.facilitator] if answers.facilitator else [])]
    accounts, channel, us = await asyncio.gather(
        visit.directory.accounts(named),
        _channel(visit, answers),
        visit.directory.account(visit.bot_user_id),
    )
    picked = {person: _picked(account, channel, visit) for person, account in accounts.items()}
    bot_name = us.person.name if us else visit.bot_user_id
    check_with_workspace(answers, picked, channel, bot_name, visit.desk.queries.language)
    if channel.shared and not answers.sharing:
        raise SharingNotAgreed
    command = c.CreateSet(
        workspace_id=visit.workspace_id,
        set_id=visit.desk.new_id(),
        actor=visit.person,
        name=answers.name,
        channel_id=answers.channel,
        members=answers.members,
        facilitator=answers.facilitator,
        first_meeting_at=answers.first_meeting_at,
        zone=answers.zone,
        every_weeks=answers.every_weeks,
        clock_id=answers.clock_id,
        call_link=answers.call_link,
        in_pairs=answers.pairs,
        sharing_agreed=channel.shared,
        people=await _people(visit, accounts),
    )
    return NewSet(command, channel, picked)


async def known_person(visit: Visit, account: Account) -> Person:
    """A person with the working hours and days away that another set may know of."""
    return (await _people(visit, {account.person.id: account}))[account.person.id]


async def _channel(visit: Visit, answers: SetAnswers) -> PickedChannel:
    """A private channel in which the person is not is to them as if it were not there."""
    directory = visit.directory
    found = await directory.channel(answers.channel)
    if found is None or not found.is_member:
        return PickedChannel(bot_is_in=False)
    if found.is_private and visit.person not in await directory.members(answers.channel):
        return PickedChannel(bot_is_in=False)
    outside = await _outsiders(visit, answers)
    present = await directory.members(answers.channel)
    return PickedChannel(
        bot_is_in=True,
        public=not found.is_private,
        shared=found.is_ext_shared,
        archived=found.is_archived,
        taken=await visit.desk.queries.channel_is_taken(visit.workspace_id, answers.channel),
        people=outside,
        present=present,
    )


async def _outsiders(visit: Visit, answers: SetAnswers) -> frozenset[str]:
    """Who is in the channel and not in the set, without bots."""
    directory = visit.directory
    present = await directory.members(answers.channel)
    outside = present - {*answers.members, answers.facilitator, visit.person, visit.bot_user_id}
    if len(outside) > FEW_ENOUGH_TO_ASK:
        return outside
    accounts = await directory.accounts(sorted(outside))
    return frozenset(person for person, account in accounts.items() if not account.is_bot)


async def _people(visit: Visit, accounts: Mapping[str, Account]) -> dict[str, Person]:
    """As the directory names them now, with what other sets know of their hours."""
    known = await visit.desk.queries.known_people(visit.workspace_id, accounts)
    return {
        person: replace(known.get(person, told), name=told.name, zone=told.zone)
        for person, told in ((person, account.person) for person, account in accounts.items())
    }


def _picked(account: Account, channel: PickedChannel, visit: Visit) -> PickedPerson:
    return PickedPerson(
        account.person.name,
        bot=account.is_bot,
        deactivated=account.deactivated,
        guest=account.is_guest,
        has_one_channel=account.has_one_channel,
        outsider=account.is_stranger or not account.is_of(visit.workspace_id),
        in_channel=account.person.id in channel.present or not channel.bot_is_in,
    )

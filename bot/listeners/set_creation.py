"""The modal for a new set, when it comes back. What only Slack can tell is asked before the command."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

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


async def create_set(visit: Visit, answers: SetAnswers) -> tuple[c.CreateSet, PickedChannel]:
    """The command, with everybody as the workspace knows them. Raises `FormErrors` for what it forbids."""
    named = [*answers.members, visit.person, *([answers.facilitator] if answers.facilitator else [])]
    accounts, channel, us = await asyncio.gather(
        visit.directory.accounts(named),
        _channel(visit, answers),
        visit.directory.account(visit.bot_user_id),
    )
    picked = {person: _picked(account) for person, account in accounts.items()}
    bot_name = us.person.name if us else visit.bot_user_id
    check_with_workspace(answers, picked, channel, bot_name, visit.desk.queries.language)
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
        people=await _people(visit, accounts),
    )
    return command, channel


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
    return PickedChannel(
        bot_is_in=True,
        public=not found.is_private,
        shared=found.is_ext_shared,
        archived=found.is_archived,
        taken=await visit.desk.queries.channel_is_taken(visit.workspace_id, answers.channel),
        people=outside,
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


def _picked(account: Account) -> PickedPerson:
    return PickedPerson(account.person.name, bot=account.is_bot, deactivated=account.deactivated)

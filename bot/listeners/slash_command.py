"""`/als`: every word, and its private answer in the acknowledgement.

The set is the one that meets in the channel where the command was typed; elsewhere, and in a DM, it is the
person's only one.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_sdk.models.views import View

from bot.domain import commands as c
from bot.domain.authority import may_manage
from bot.domain.reads import SeeNextMeeting, SeeStatus
from bot.domain.rejections import Reason, Rejected
from bot.listeners.arguments import BACK, day, meant, read
from bot.listeners.done import done_reply
from bot.listeners.openings import new_set_view
from bot.listeners.payloads import SlashCommand
from bot.listeners.refusals import NotNow, Refusal
from bot.listeners.set_creation import known_person
from bot.listeners.visit import Visit, Who, ask_first
from bot.surfaces import parts, replies
from bot.surfaces.modals.away import away_modal
from bot.surfaces.modals.end import end_modal
from bot.surfaces.modals.facilitator import facilitator_modal
from bot.surfaces.modals.leave import leave_modal
from bot.surfaces.modals.next_meeting import cancel_modal, move_modal
from bot.surfaces.modals.privacy import privacy_modal
from bot.surfaces.modals.questions import ask_question_modal
from bot.surfaces.modals.reports import report_modal
from bot.surfaces.modals.swap import swap_modal
from bot.surfaces.replies import Reply, Subcommand
from bot.surfaces.scene import Scene
from bot.surfaces.text import shorten
from bot.surfaces.values import Carried

COMMAND = "/als"
Answer = Reply | View | None
"""A private answer, a modal to open, or nothing where the channel says enough."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, and where. ``rest`` is what stood after the word."""

    visit: Visit
    word: Subcommand
    rest: str
    channel: str


Listener = Callable[[Typed], Awaitable[Answer]]
AboutSet = Callable[[Typed, Scene], Awaitable[Answer]]


async def on_command(visit: Visit, command: SlashCommand) -> Mapping[str, Any]:
    """Serve a command; what is returned stands in its acknowledgement."""
    asked = read(command.text)
    if asked.word is None:
        return _shown(replies.unknown_word_reply(asked.typed, visit.desk.queries.language))
    typed = Typed(visit, asked.word, asked.rest, command.channel_id)
    answer = await LISTENERS[asked.word](typed)
    if isinstance(answer, View):
        await visit.open(answer)
        return {}
    return _shown(answer) if answer else {}


async def _about_set(listener: AboutSet, typed: Typed) -> Answer:
    """Find the set, and say refusals about it."""
    visit, queries = typed.visit, typed.visit.desk.queries
    scene = await queries.scene_in_channel(visit.workspace_id, typed.channel)
    if scene is None:
        theirs = await queries.scenes_of_person(visit.workspace_id, visit.person)
        if len(theirs) != 1:
            sets = [each.learning_set for each in theirs]
            return replies.which_set_reply(sets, typed.word, queries.language)
        scene = theirs[0]
    try:
        return await listener(typed, scene)
    except (Rejected, NotNow) as refusal:
        return _refused(visit, refusal, scene)


async def _command(
    make: Callable[[Typed, Scene, Who], Awaitable[c.Command]], typed: Typed, scene: Scene
) -> Answer:
    """A word that is a command."""
    command = await make(typed, scene, _who(typed, scene))
    outcome = await typed.visit.desk.handler.handle(command, request=typed.visit.request)
    if outcome.rejected is not None:
        raise outcome.rejected
    if outcome.learning_set is None:
        return None
    return done_reply(typed.visit.desk.queries.scene(outcome.learning_set), command)


async def _modal(
    asks: Callable[[Scene, Who], c.Command], draws: Callable[[Scene, str], View], typed: Typed, scene: Scene
) -> Answer:
    """A word that opens a modal, after the domain was asked whether the person may."""
    ask_first(scene, asks(scene, _who(typed, scene)))
    return draws(scene, typed.visit.person)


async def _help(typed: Typed) -> Answer:
    return replies.help_reply(typed.visit.desk.queries.language)


async def _new(typed: Typed) -> Answer:
    return await new_set_view(typed.visit, typed.channel)


async def _privacy(typed: Typed) -> Answer:
    days = await typed.visit.desk.own_data.days_kept(typed.visit.workspace_id)
    return privacy_modal(typed.visit.desk.queries.language.words, days)


async def _commitments(typed: Typed) -> Answer:
    scenes = await _their_sets(typed)
    return replies.commitments_reply(scenes, typed.visit.person, typed.visit.desk.queries.language)


async def _report(typed: Typed) -> Answer:
    """The only one at once; of several, a list to choose from."""
    scenes, person = await _their_sets(typed), typed.visit.person
    due = [(scene, each) for scene in scenes for each in scene.learning_set.reports_missing(person)]
    if len(due) == 1 and due[0][0].learning_set.is_active(person):
        return report_modal(due[0][0], due[0][1].id)
    return replies.report_reply(scenes, person, typed.visit.desk.queries.language)


async def _next(typed: Typed, scene: Scene) -> Answer:
    typed.visit.let_see(scene, SeeNextMeeting)
    return replies.next_reply(scene)


async def _status(typed: Typed, scene: Scene) -> Answer:
    typed.visit.let_see(scene, SeeStatus)
    return replies.status_reply(scene, typed.visit.person)


async def _swap(typed: Typed, scene: Scene) -> Answer:
    """With whom can be said at once; without, it is chosen from a list."""
    if not typed.rest:
        return await _modal(
            lambda _, who: c.SwapPlaces(**who, other=""),
            swap_modal,
            typed,
            scene,
        )
    other = meant(
        typed.rest, (scene.learning_set.people[m.person] for m in scene.learning_set.active_members)
    )
    if other is None:
        raise NotNow("listeners.swap_whom", typed=shorten(typed.rest, replies.ECHO))
    return await _command(_making(lambda who: c.SwapPlaces(**who, other=other)), typed, scene)


async def _away(typed: Typed, scene: Scene) -> Answer:
    """Until when can be said at once, and that one is back."""
    if not typed.rest:
        return await _modal(lambda _, who: c.GoAway(**who, until=None), away_modal, typed, scene)
    until = day(typed.rest)
    if until is None and typed.rest.casefold() != BACK:
        raise NotNow("listeners.away_when", typed=shorten(typed.rest, replies.ECHO))
    return await _command(_making(lambda who: c.GoAway(**who, until=until)), typed, scene)


async def _here(typed: Typed) -> Answer:
    """A set whose channel is out of reach finds another; in one that outsiders can read, none does."""
    found = await typed.visit.directory.channel(typed.channel)
    if found is None or not found.is_member:
        return _said(typed, "hindrances.here.not_in")
    if found.is_ext_shared:
        return _said(typed, "hindrances.here.shared")
    person, language = typed.visit.person, typed.visit.desk.queries.language
    theirs = [each for each in await _their_sets(typed) if may_manage(each.learning_set, person)]
    paused = [each for each in theirs if each.learning_set.hindered_by is not None]
    called = [s for s in paused if s.learning_set.name.casefold() == typed.rest.casefold()] or paused
    if len(called) != 1:
        return replies.which_paused_reply([each.learning_set for each in paused], language)
    moving = _making(lambda who: c.ChangeChannel(**who, channel_id=typed.channel))
    try:
        return await _command(moving, typed, called[0])
    except Rejected as refusal:
        return _refused(typed.visit, refusal, called[0])


def _said(typed: Typed, key: str) -> Reply:
    return Reply(*parts.drawn(parts.said(typed.visit.desk.queries.language.words.rich(key))))


async def _joining(typed: Typed, _: Scene, who: Who) -> c.Command:
    account = await typed.visit.directory.account(typed.visit.person)
    if account is None or account.is_bot or account.deactivated:
        raise Rejected(Reason.NOT_INVITED)
    return c.JoinSet(**who, person=await known_person(typed.visit, account))


def _asking(scene: Scene, who: Who) -> c.Command:
    slot = scene.learning_set.meeting.slot if scene.learning_set.meeting else None
    stage, turn = (slot.stage, slot.turn or 0) if slot else ("", 0)
    return c.AskQuestion(**who, id="", text="", begun_in=stage, turn=turn)


def _ending(scene: Scene, who: Who) -> c.Command:
    """While a meeting is live its own end can be chosen; that the set may end is asked with the answer."""
    meeting = scene.learning_set.meeting
    return c.EndMeeting(**who, version=meeting.version) if meeting and meeting.live else c.EndSet(**who)


def _making(make: Callable[[Who], c.Command]) -> Callable[[Typed, Scene, Who], Awaitable[c.Command]]:
    async def made(_typed: Typed, _scene: Scene, who: Who) -> c.Command:
        return make(who)

    return made


def _who(typed: Typed, scene: Scene) -> Who:
    return typed.visit.who(Carried(set_id=scene.learning_set.id))


async def _their_sets(typed: Typed) -> list[Scene]:
    return list(await typed.visit.desk.queries.scenes_of_person(typed.visit.workspace_id, typed.visit.person))


def _refused(visit: Visit, refusal: Refusal, scene: Scene) -> Reply:
    line = visit.sentence(refusal, scene.learning_set)
    return Reply(*parts.drawn(parts.said(line)))


def _shown(reply: Reply) -> Mapping[str, Any]:
    return {"response_type": "ephemeral", "text": reply.text, "blocks": reply.blocks}


ABOUT_THE_SET: Mapping[Subcommand, AboutSet] = {
    Subcommand.NEXT: _next,
    Subcommand.STATUS: _status,
    Subcommand.START: partial(_command, _making(lambda who: c.StartMeeting(**who))),
    Subcommand.ASK: partial(_modal, _asking, lambda scene, _: ask_question_modal(scene)),
    Subcommand.JOIN: partial(_command, _joining),
    Subcommand.LEAVE: partial(_modal, lambda _, who: c.LeaveSet(**who), lambda scene, _: leave_modal(scene)),
    Subcommand.SWAP: _swap,
    Subcommand.SKIP: partial(_command, _making(lambda who: c.SkipTurn(**who))),
    Subcommand.AWAY: _away,
    Subcommand.FACILITATOR: partial(
        _modal,
        lambda _, who: c.ChangeFacilitator(**who, facilitator=None),
        lambda scene, _: facilitator_modal(scene),
    ),
    Subcommand.MOVE: partial(
        _modal,
        lambda scene, who: c.MoveMeeting(**who, starts_at=scene.learning_set.first_meeting_at),
        lambda scene, _: move_modal(scene),
    ),
    Subcommand.CANCEL: partial(
        _modal, lambda _, who: c.CancelMeeting(**who), lambda scene, _: cancel_modal(scene)
    ),
    Subcommand.END: partial(_modal, _ending, lambda scene, _: end_modal(scene)),
}

LISTENERS: Mapping[Subcommand, Listener] = {
    Subcommand.HELP: _help,
    Subcommand.NEW: _new,
    Subcommand.COMMITMENTS: _commitments,
    Subcommand.REPORT: _report,
    Subcommand.PRIVACY: _privacy,
    Subcommand.HERE: _here,
    **{word: partial(_about_set, listener) for word, listener in ABOUT_THE_SET.items()},
}
"""Every word after `/als` has one listener."""

"""Private answers to ``/als``: only the person who typed the command sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from slack_sdk.models.views import View

from bot.domain.learning_set import Answer, LearningSet, Phase
from bot.domain.turns import proposals
from bot.prompt_library import Language, Line
from bot.surfaces import parts
from bot.surfaces.own_commitments import open_commitments, rows, rows_to_report
from bot.surfaces.parts import Part
from bot.surfaces.scene import Scene
from bot.surfaces.text import join, shorten
from bot.surfaces.why import why_line

LISTED = 10
"""Commitments in one reply; App Home has them all."""
ECHO = 40


class Subcommand(StrEnum):
    """The words that ``/als`` knows, in the order of the help."""

    HELP = "help"
    NEW = "new"
    NEXT = "next"
    STATUS = "status"
    START = "start"
    ASK = "ask"
    COMMITMENTS = "commitments"
    REPORT = "report"
    JOIN = "join"
    LEAVE = "leave"
    SWAP = "swap"
    SKIP = "skip"
    AWAY = "away"
    FACILITATOR = "facilitator"
    MOVE = "move"
    CANCEL = "cancel"
    HERE = "here"
    END = "end"
    PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class Reply:
    """A private answer: the whole content as text, and the blocks."""

    text: str
    blocks: list[dict[str, Any]]


def help_reply(language: Language) -> Reply:
    """One line for each word."""
    words = language.words
    lines = [words.rich(f"commands.help.{each}") for each in Subcommand]
    return _reply(parts.said(words.rich("commands.help_intro")), parts.bullets(lines))


def unknown_word_reply(word: str, language: Language) -> Reply:
    """Names the nearest right word; where nothing is near, the help is one press of the keys away too."""
    nearest = get_close_matches(word.casefold(), list(Subcommand), n=1, cutoff=0.0)[0]
    line = language.words.rich("commands.unknown", typed=shorten(word, ECHO), nearest=Line.ours(nearest))
    return _reply(parts.said(line))


def next_reply(scene: Scene) -> Reply:
    """When the set meets next, and who is proposed and why, one line each."""
    proposed = [why_line(scene.learning_set, p, scene.language) for p in proposals(scene.learning_set)]
    nobody = scene.words.rich("commands.nobody_proposed") if not proposed else Line()
    return _reply(parts.said(_standing(scene), *proposed, nobody))


def status_reply(scene: Scene, person: str) -> Reply:
    """Where the set stands and, for a member, what is theirs."""
    words, members = scene.words, scene.learning_set.members
    unanswered = sum(member.answer is Answer.INVITED for member in members)
    count = words.rich("commands.members_in", count=len(scene.learning_set.active_members))
    waiting = words.rich("commands.unanswered", count=unanswered) if unanswered else Line()
    people = join([count, waiting], Line.ours(" "))
    return _reply(parts.said(_standing(scene), people), parts.bullets(_own(scene, person)))


def commitments_reply(scenes: Sequence[Scene], person: str, language: Language) -> Reply:
    """The person's open commitments in all their sets."""
    return _list(rows(scenes, person), "commitments", language)


def report_reply(scenes: Sequence[Scene], person: str, language: Language) -> Reply:
    """The commitments on which the person can report now, each with a button."""
    return _list(rows_to_report(scenes, person), "report", language)


def which_set_reply(sets: Sequence[LearningSet], subcommand: str, language: Language) -> Reply:
    """For a command about one set, typed where none meets: names the person's, or says how to start one."""
    words = language.words
    if not sets:
        return _reply(parts.said(words.rich("commands.no_set")))
    intro = words.rich("commands.which_set", command=Line.ours(subcommand))
    return _reply(parts.said(intro), parts.bullets([Line.of(each.name) for each in sets[:LISTED]]))


def joined_reply(scene: Scene) -> Reply:
    """After ``join``."""
    name = scene.learning_set.name
    return _reply(parts.said(scene.words.rich("commands.joined", name=name), _standing(scene)))


def left_reply(scene: Scene) -> Reply:
    """After ``leave``."""
    return _reply(parts.said(scene.words.rich("commands.left", name=scene.learning_set.name)))


def skipped_reply(scene: Scene) -> Reply:
    """After ``skip``."""
    return _reply(parts.said(scene.words.rich("commands.skipped")))


def swapped_reply(scene: Scene, other: str) -> Reply:
    """After ``swap`` with the unit of ``other``."""
    member = scene.learning_set.member(other)
    unit = scene.unit(member.unit_id) if member else scene.called(other)
    return _reply(parts.said(scene.words.rich("commands.swapped", other=unit)))


def away_reply(scene: Scene, until: date | None) -> Reply:
    """After ``away``; None: they are back."""
    if until is None:
        return _reply(parts.said(scene.words.rich("commands.back")))
    return _reply(parts.said(scene.words.rich("commands.away", until=until)))


def facilitator_reply(scene: Scene) -> Reply:
    """After ``facilitator``: who it is now."""
    facilitator = scene.learning_set.facilitator
    if facilitator is None:
        return _reply(parts.said(scene.words.rich("commands.no_facilitator")))
    return _reply(parts.said(scene.words.rich("commands.facilitator", name=scene.called(facilitator))))


def next_date_reply(scene: Scene) -> Reply:
    """After ``move`` and ``cancel``: when the set meets now."""
    return _reply(parts.said(_standing(scene)))


def here_reply(scene: Scene) -> Reply:
    """After ``here``."""
    return _reply(parts.said(scene.words.rich("hindrances.here.done", set=scene.learning_set.name)))


def which_paused_reply(sets: Sequence[LearningSet], language: Language) -> Reply:
    """For ``here``, where it is not clear which set is meant."""
    words = language.words
    if not sets:
        return _reply(parts.said(words.rich("hindrances.here.none")))
    names = parts.bullets([Line.of(each.name) for each in sets[:LISTED]])
    return _reply(parts.said(words.rich("hindrances.here.several")), names)


def ended_reply(scene: Scene) -> Reply:
    """After ``end``, for the set."""
    return _reply(parts.said(scene.words.rich("commands.set_ended", name=scene.learning_set.name)))


def reply_view(reply: Reply, language: Language) -> View:
    """The reply as what a submitted modal turns into."""
    words = language.words
    title, close = words.plain("commands.view_title"), words.plain("modals.close")
    return View(type="modal", title=title, close=close, blocks=reply.blocks)


def _standing(scene: Scene) -> Line:
    """One line: the stage that runs, or when the set meets next."""
    meeting, words = scene.learning_set.meeting, scene.words
    if scene.learning_set.hindered_by is not None:
        return words.rich("hindrances.set.paused", set=scene.learning_set.name)
    if meeting is None or meeting.phase in (Phase.CLOSED, Phase.CANCELLED):
        return words.rich("commands.no_meeting")
    if meeting.stage is None or not meeting.live:
        return words.rich("commands.next_meeting", when=scene.date_time(meeting.starts_at))
    stage = scene.stage_name(meeting.stage)
    if meeting.paused_at is not None or meeting.stage_ends_at is None:
        return words.rich("commands.paused", stage=stage)
    return words.rich("commands.running", stage=stage, ends=scene.time(meeting.stage_ends_at))


def _own(scene: Scene, person: str) -> list[Line]:
    """What is the person's own; nothing for somebody who is not in."""
    member, words, learning_set = scene.learning_set.member(person), scene.words, scene.learning_set
    if member is None or not learning_set.is_active(person):
        return []
    count = len(open_commitments(scene, person))
    own = [
        words.rich("commands.own_commitments", count=count)
        if count
        else words.rich("commands.commitments_none")
    ]
    if missing := learning_set.reports_missing(person):
        own.append(words.rich("commands.own_reports", count=len(missing)))
    if learning_set.meeting and learning_set.meeting.turn_skipped(member.unit_id):
        own.append(words.rich("home.skipped"))
    elif any(proposal.unit_id == member.unit_id for proposal in proposals(learning_set)):
        own.append(words.rich("commands.own_turn"))
    if until := learning_set.people[person].away_until:
        own.append(words.rich("commands.away", until=until))
    return own


def _list(found: Sequence[Part], what: str, language: Language) -> Reply:
    words = language.words
    if not found:
        return _reply(parts.said(words.rich(f"commands.{what}_none")))
    more = len(found) - LISTED
    rest = parts.said(words.rich("commands.more", count=more)) if more > 0 else None
    return _reply(parts.said(words.rich(f"commands.{what}_intro")), *found[:LISTED], rest)


def _reply(*drawn: Part | None) -> Reply:
    return Reply(*parts.drawn(*drawn))

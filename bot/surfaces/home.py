"""App Home: my next meeting in my time, my open commitments, a way to start a set."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import ButtonElement, DividerBlock
from slack_sdk.models.views import View

from bot.domain.learning_set import Answer, LearningSet, Phase
from bot.domain.turns import proposals
from bot.prompt_library import Language, Line, When, WhenStyle, Words
from bot.surfaces import parts
from bot.surfaces.ids import Action
from bot.surfaces.own_commitments import rows
from bot.surfaces.parts import Part
from bot.surfaces.scene import Scene
from bot.surfaces.values import Carried

BLOCK_LIMIT = 100
OTHER_MEETINGS = 10
INVITATIONS = 10

Parts = Sequence[Part | None]


def home_view(person: str, sets: Sequence[LearningSet], now: datetime, language: Language) -> View:
    """``sets``: those in which the person has a part, invited or facilitator too; ended ones are left out."""
    scenes = [Scene(s, language, language.format(s.format_id), now) for s in sets if s.ended_at is None]
    meetings = sorted((s for s in scenes if _takes_part(s, person)), key=lambda each: each.meeting.starts_at)
    above = [*_next_meeting(meetings, person), *_other_meetings(meetings[1:], person)]
    below = [*_invitations(scenes, person), *_start(language.words, bool(scenes))]
    commitments = rows(scenes, person)
    room = BLOCK_LIMIT - len(above) - len(below) - 3
    drawn = [*above, *_commitments(commitments, room, language.words), *below]
    return View(type="home", blocks=[part.block for part in drawn if part is not None])


def _takes_part(scene: Scene, person: str) -> bool:
    meeting = scene.learning_set.meeting
    is_theirs = scene.learning_set.is_active(person) or scene.learning_set.facilitator == person
    return is_theirs and meeting is not None and meeting.phase not in (Phase.CLOSED, Phase.CANCELLED)


def _next_meeting(meetings: Sequence[Scene], person: str) -> Parts:
    if not meetings:
        return []
    scene = meetings[0]
    return [
        parts.title(scene.words.rich("home.next_title")),
        parts.said(_meets(scene, person), _proposed(scene, person)),
        parts.buttons(*_buttons(scene, person)),
    ]


def _other_meetings(meetings: Sequence[Scene], person: str) -> Parts:
    lines = [_meets(scene, person, running=False) for scene in meetings[:OTHER_MEETINGS]]
    return [parts.bullets(lines), _more(len(meetings) - len(lines), meetings[0].words) if meetings else None]


def _meets(scene: Scene, person: str, *, running: bool = True) -> Line:
    name = scene.learning_set.name
    if scene.learning_set.hindered_by is not None:
        return scene.words.rich("hindrances.set.paused", set=name)
    key = "home.running" if running and scene.meeting.live else "home.next"
    return scene.words.rich(key, name=name, when=_when(scene, person))


def _when(scene: Scene, person: str) -> Line:
    """Slack shows it in the reader's own time; the fallback names the reader's zone too."""
    known = scene.learning_set.people.get(person)
    zone = known.zone if known else scene.learning_set.zone
    return Line.of(When(scene.meeting.starts_at, zone, WhenStyle.DATE_TIME))


def _proposed(scene: Scene, person: str) -> Line:
    """Whether the person's unit is proposed to own a turn."""
    member = scene.learning_set.member(person)
    if member is None or scene.meeting.live:
        return Line()
    if scene.meeting.turn_skipped(member.unit_id):
        return scene.words.rich("home.skipped")
    return scene.words.rich("home.proposed") if _is_proposed(scene, person) else Line()


def _is_proposed(scene: Scene, person: str) -> bool:
    member = scene.learning_set.member(person)
    proposed = {proposal.unit_id for proposal in proposals(scene.learning_set)}
    return member is not None and scene.learning_set.is_active(person) and member.unit_id in proposed


def _buttons(scene: Scene, person: str) -> list[ButtonElement]:
    found = []
    if scene.learning_set.call_link:
        label = scene.words.plain("home.call")
        found.append(parts.link_button(label, scene.learning_set.call_link, scene.carried()))
    if _is_proposed(scene, person) and not scene.meeting.live:
        found.append(parts.button(Action.SKIP_TURN, scene.words.plain("home.skip"), scene.carried()))
    return found


def _commitments(found: Sequence[Part], room: int, words: Words) -> Parts:
    if not found:
        return []
    shown = found[:room]
    heading = parts.title(words.rich("home.commitments_title"))
    return [heading, *shown, _more(len(found) - len(shown), words)]


def _invitations(scenes: Sequence[Scene], person: str) -> Parts:
    open_ones = [s for s in scenes if (m := s.learning_set.member(person)) and m.answer is Answer.INVITED]
    drawn: list[Part | None] = []
    for scene in open_ones[:INVITATIONS]:
        carried = Carried(set_id=scene.learning_set.id).packed()
        words = scene.words
        drawn += [
            parts.said(words.rich("home.invited", name=scene.learning_set.name)),
            parts.buttons(
                parts.button(Action.ACCEPT_INVITATION, words.plain("home.accept"), carried),
                parts.button(Action.DECLINE_INVITATION, words.plain("home.decline"), carried),
            ),
        ]
    return drawn


def _start(words: Words, knows_sets: bool) -> Parts:
    button = parts.button(
        Action.NEW_SET, words.plain("home.start"), Carried().packed(), primary=not knows_sets
    )
    if knows_sets:
        return [Part(DividerBlock()), parts.buttons(button)]
    welcome = [parts.title(words.rich("home.welcome_title")), parts.said(words.rich("home.welcome"))]
    return [*welcome, parts.buttons(button)]


def _more(count: int, words: Words) -> Part | None:
    return parts.said(words.rich("home.more", count=count)) if count > 0 else None

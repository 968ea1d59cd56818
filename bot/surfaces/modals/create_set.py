"""Creating a set: the one modal, what only the workspace knows about its answers, and what is said after."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from slack_sdk.models.views import View

from bot.domain.calendar import local_date, resolve
from bot.domain.formats import Clock, Format
from bot.domain.membership import ADVISED_MEMBERS, FEWEST_MEMBERS, MOST_MEMBERS, MOST_WEEKS
from bot.prompt_library import Language, Line, When, WhenStyle, Words
from bot.surfaces import parts
from bot.surfaces.fields import Date, FieldError, Number, Text, Time, Url
from bot.surfaces.forms import Answers, Form, FormErrors
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import modal, notice, told
from bot.surfaces.modals.zones import is_zone, zone_groups
from bot.surfaces.names import NAME_LIMIT as NAME_SHOWN
from bot.surfaces.names import listed
from bot.surfaces.picks import Channel, Choice, Select, Tick, User, Users
from bot.surfaces.text import shorten
from bot.surfaces.values import Carried

NAME_LIMIT = 80
DEFAULT_WEEKS = 4
DEFAULT_CLOCK = "90x1"
FIRST_IN = timedelta(days=7)
FIRST_AT = time(10)


class SetAnswers(Answers):
    """A new set, as its creator describes it."""

    name: str
    channel: str
    members: tuple[str, ...]
    """In the order picked."""
    pairs: bool
    facilitator: str | None
    first_date: date
    first_time: time
    zone: str
    every_weeks: int
    length: int
    turns: int
    call_link: str | None
    sharing: bool = False
    """People of another organisation may read along."""

    @property
    def first_meeting_at(self) -> datetime:
        """Naive wall-clock time in ``zone``."""
        return datetime.combine(self.first_date, self.first_time)

    @property
    def clock_id(self) -> str:
        """As the format names its clocks."""
        return f"{self.length}x{self.turns}"


@dataclass(frozen=True, slots=True)
class PickedPerson:
    """What the workspace tells of somebody who was picked."""

    name: str
    bot: bool = False
    deactivated: bool = False
    guest: bool = False
    has_one_channel: bool = False
    """A guest who cannot be invited to any other channel."""
    outsider: bool = False
    """Of another organisation."""
    in_channel: bool = True

    @property
    def is_guest_elsewhere(self) -> bool:
        """They cannot be invited to the set's channel."""
        return self.has_one_channel and not self.in_channel

    @property
    def is_outsider_elsewhere(self) -> bool:
        """They are not among those with whom the set's channel is shared."""
        return self.outsider and not self.in_channel


@dataclass(frozen=True, slots=True)
class PickedChannel:
    """What the workspace tells of the channel, and whether storage knows an active set in it."""

    bot_is_in: bool
    public: bool = False
    shared: bool = False
    """With another organisation."""
    archived: bool = False
    taken: bool = False
    people: frozenset[str] = frozenset()
    """Everybody in it who is not in the set, without bots."""
    present: frozenset[str] = frozenset()
    """Everybody in it."""


def create_set_form(language: Language, format_: Format, zone: str, now: datetime) -> Form[SetAnswers]:
    """``zone`` is the creator's own. The rules: the date is to come, and the format has such a clock."""
    clocks = format_.clocks

    def to_come(answers: SetAnswers) -> Mapping[str, FieldError]:
        passed = resolve(answers.first_meeting_at, answers.zone) <= now
        return {"first_date": FieldError("modals.error.date_passed")} if passed else {}

    def fits(answers: SetAnswers) -> Mapping[str, FieldError]:
        if answers.clock_id in {clock.id for clock in clocks}:
            return {}
        return {
            "turns": FieldError("modals.create_set.no_such_clock", clocks=_clocks_in_words(clocks, language))
        }

    fields = [
        Text(name="name", limit=NAME_LIMIT),
        Channel(name="channel"),
        Tick(name="sharing"),
        Users(name="members", fewest=FEWEST_MEMBERS, most=MOST_MEMBERS),
        Tick(name="pairs"),
        User(name="facilitator", optional=True),
        Date(name="first_date"),
        Time(name="first_time"),
        Select(name="zone", groups=zone_groups(known_zone(zone), language.words)),
        Number(name="every_weeks", lowest=1, highest=MOST_WEEKS),
        Select(name="length", choices=_lengths(clocks, language.words)),
        Select(name="turns", choices=_turns(clocks, language.words)),
        Url(name="call_link", optional=True),
    ]
    return Form("modals.create_set", SetAnswers, fields, rules=[to_come, fits])


def create_set_modal(
    language: Language, format_: Format, creator: str, zone: str, now: datetime, channel: str | None = None
) -> View:
    """``channel`` is where it was asked for, if that is a channel. Carries it."""
    clock = next((c for c in format_.clocks if c.id == DEFAULT_CLOCK), format_.clocks[0])
    initial = {
        "channel": channel,
        "members": [creator],
        "first_date": local_date(now + FIRST_IN, known_zone(zone)),
        "first_time": FIRST_AT,
        "zone": known_zone(zone),
        "every_weeks": DEFAULT_WEEKS,
        "length": str(clock.length_minutes),
        "turns": str(clock.turns),
    }
    form = create_set_form(language, format_, zone, now)
    blocks = form.blocks(language.words, initial, without=("sharing",))
    carried = Carried(channel_id=channel).packed()
    return modal(language.words, "create_set", Callback.CREATE_SET, carried, blocks)


def sharing_modal(answers: SetAnswers, language: Language, format_: Format, zone: str, now: datetime) -> View:
    """The same modal, with the answers in it, after a channel was chosen that outsiders can read."""
    first = {"first_date": answers.first_date, "first_time": answers.first_time}
    initial = answers.model_dump() | first | {"length": str(answers.length), "turns": str(answers.turns)}
    blocks = create_set_form(language, format_, zone, now).blocks(language.words, initial)
    intro = told(language.words.rich("modals.create_set.shared_intro"))
    carried = Carried(channel_id=answers.channel).packed()
    return modal(language.words, "create_set", Callback.CREATE_SET, carried, [intro, *blocks])


def check_with_workspace(
    answers: SetAnswers,
    people: Mapping[str, PickedPerson],
    channel: PickedChannel,
    bot_name: str,
    language: Language,
) -> None:
    """Raises FormErrors for what answers alone can't show. ``people`` by id; who is missing is unknown."""
    named = {"members": answers.members, "facilitator": (answers.facilitator,) if answers.facilitator else ()}
    errors = {block: error for block, ids in named.items() if (error := _person_error(ids, people, language))}
    if (error := _channel_error(channel, bot_name)) is not None:
        errors["channel"] = error
    if errors:
        raise FormErrors(errors)


def warnings(
    answers: SetAnswers,
    people: Mapping[str, PickedPerson],
    channel: PickedChannel,
    creator: str,
    language: Language,
) -> tuple[Line, ...]:
    """What its creator should know, in plain sentences; nothing of it stops the set."""
    words = language.words
    return *_warnings(answers, channel, creator, words), *_of_people(answers, people, channel, language)


def set_created_view(answers: SetAnswers, told_also: tuple[Line, ...], language: Language) -> View:
    """What the modal turns into after it was taken; ``told_also`` are the warnings."""
    words = language.words
    starts_at = When(resolve(answers.first_meeting_at, answers.zone), answers.zone, WhenStyle.DATE_TIME)
    done = words.rich("modals.set_created.done", name=answers.name, when=starts_at)
    invited = words.rich("modals.set_created.invited")
    return notice(words, "set_created", Callback.CREATE_SET, [told(done, invited), parts.bullets(told_also)])


def known_zone(zone: str) -> str:
    """The zone, or UTC where this machine does not know it."""
    return zone if is_zone(zone) else "UTC"


def _person_error(
    ids: tuple[str, ...], people: Mapping[str, PickedPerson], language: Language
) -> FieldError | None:
    if any(person not in people for person in ids):
        return FieldError("modals.create_set.person_unknown")
    for key, odd in (
        ("modals.create_set.bots", [people[i] for i in ids if people[i].bot]),
        ("modals.create_set.deactivated", [people[i] for i in ids if people[i].deactivated]),
        ("modals.create_set.guest_elsewhere", [people[i] for i in ids if people[i].is_guest_elsewhere]),
        ("modals.create_set.outsider", [people[i] for i in ids if people[i].is_outsider_elsewhere]),
    ):
        if odd:
            return FieldError(key, names=listed([Line.of(each.name) for each in odd], language))
    return None


def _channel_error(channel: PickedChannel, bot_name: str) -> FieldError | None:
    if not channel.bot_is_in:
        return FieldError("modals.create_set.bot_not_in_channel", bot=bot_name)
    if channel.archived:
        return FieldError("modals.create_set.channel_archived")
    return FieldError("modals.create_set.channel_taken") if channel.taken else None


def _warnings(answers: SetAnswers, channel: PickedChannel, creator: str, words: Words) -> Iterator[Line]:
    if channel.public:
        yield words.rich("modals.set_created.public")
    outside = channel.people.difference(answers.members, {answers.facilitator, creator})
    if outside:
        yield words.rich("modals.set_created.outsiders", count=len(outside))
    if len(answers.members) not in ADVISED_MEMBERS:
        fewest, most = ADVISED_MEMBERS.start, ADVISED_MEMBERS.stop - 1
        yield words.rich("modals.set_created.size", fewest=fewest, most=most, count=len(answers.members))


def _of_people(
    answers: SetAnswers, people: Mapping[str, PickedPerson], channel: PickedChannel, language: Language
) -> Iterator[Line]:
    picked = [people[i] for i in answers.members if i in people]
    if channel.shared:
        yield language.words.rich("modals.set_created.shared")
    for key, some in (
        ("modals.set_created.outside_members", [each for each in picked if each.outsider]),
        ("modals.set_created.guests", [each for each in picked if each.guest and not each.in_channel]),
    ):
        if some:
            names = listed([Line.of(shorten(each.name, NAME_SHOWN)) for each in some], language)
            yield language.words.rich(key, names=names)


def _lengths(clocks: tuple[Clock, ...], words: Words) -> list[Choice]:
    lengths = sorted({clock.length_minutes for clock in clocks})
    return [Choice(str(n), words.plain("modals.create_set.minutes", count=n)) for n in lengths]


def _turns(clocks: tuple[Clock, ...], words: Words) -> list[Choice]:
    turns = sorted({clock.turns for clock in clocks})
    return [Choice(str(n), words.plain("modals.create_set.turn_count", count=n)) for n in turns]


def _clocks_in_words(clocks: tuple[Clock, ...], language: Language) -> Line:
    return listed(
        [
            language.words.rich("modals.create_set.clock", length=clock.length_minutes, count=clock.turns)
            for clock in clocks
        ],
        language,
    )

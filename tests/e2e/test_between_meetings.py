"""Between meetings: who is prompted when, in their own hours, and what stops it."""

from datetime import UTC, datetime, timedelta

from bot.surfaces.ids import Action
from tests.e2e.history import Promise, catch_up, has_met, newest
from tests.e2e.people import SIX
from tests.e2e.reading import answer, dms, found, home, in_modal, labels, thread_texts
from tests.e2e.world import World

NEXT_MEETING = datetime(2026, 3, 23, 10, 0, tzinfo=UTC)
FIRST, LAST = "What came of this?", "This is the last time I ask."
PROPOSED = "you are proposed to bring a problem."


def utc(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def prompts(world: World, name: str) -> list[tuple[str, str]]:
    """Day and time (UTC) and kind of each prompt to report back that this person was sent."""
    sent = [one for one in world.person(name).dm() if ":report:" in str(one.metadata)]
    return [
        (f"{datetime.fromtimestamp(float(one.ts), UTC):%a %d %H:%M}", str(one.metadata)[-4]) for one in sent
    ]


# When


async def test_who_promised_is_asked_twice_in_their_own_hours_and_the_last_time_is_said(world: World) -> None:
    await has_met(
        world, Promise("ama", "Talk to Rosa"), Promise("carla", "Write to Tom"), Promise("fumi", "Rest")
    )
    await world.move_to(NEXT_MEETING - timedelta(minutes=11))

    # Three working days before a Monday's meeting is Wednesday, the last one is Friday: at 9 where they are.
    assert prompts(world, "ama") == [("Wed 18 09:00", "1"), ("Fri 20 09:00", "2")]
    assert prompts(world, "carla") == [("Wed 18 14:00", "1"), ("Fri 20 14:00", "2")]
    assert prompts(world, "fumi") == [("Wed 18 00:00", "1"), ("Fri 20 00:00", "2")]
    assert FIRST in dms(world, "ama", ":report:1")[0]
    assert LAST in dms(world, "ama", ":report:2")[0]
    assert "Northern heads meets on 2026-03-23 05:00 (America/Bogota)." in dms(world, "carla", ":report:1")[0]
    assert [prompts(world, name) for name in ("ben", "dev", "elif", "grace")] == [[]] * 4


async def test_an_answer_stops_it_as_does_a_wish_to_be_left_out_and_is_read_out_at_the_next_meeting(
    world: World,
) -> None:
    await has_met(world, Promise("ama", "Talk to Rosa"), Promise("ben", "Write to Tom"))
    await world.move_to(utc(18, 9))
    await world.press("ama", Action.FILE_REPORT)
    await world.submit("ama", {"outcome": "partly", "happened": "She listened"})
    (prompt,) = dms(world, "ama", ":report:1")
    assert "everything is in, thank you." in prompt
    assert "In: partly done. You can edit it until the meeting closes." in prompt
    await world.press("ben", Action.SKIP_REPORT)
    assert "you are left out this time, and nobody asks again." in dms(world, "ben", ":report:1")[0]

    await world.move_to(NEXT_MEETING)
    assert prompts(world, "ama") == prompts(world, "ben") == [("Wed 18 09:00", "1")]
    await world.press("ama", Action.FILE_REPORT)
    await world.submit("ama", {"outcome": "done"})
    assert "In: done." in dms(world, "ama", ":report:1")[0]
    history = await newest(world)
    await history.start("grace", SIX)
    await history.lead_to("grace", "report-backs")
    await catch_up(world)
    gathered = found(thread_texts(world), "Report-backs\n")
    assert "Ama: done. Talk to Rosa\n• What happened: She listened" in gathered

    await history.close("grace")
    await catch_up(world)
    prompt_message = next(one for one in world.person("ama").dm() if ":report:1" in str(one.metadata))
    await world.person("ama").press(prompt_message, Action.FILE_REPORT)
    assert "That commitment is no longer open. It was finished, or taken back." in in_modal(world, "ama")


async def test_one_message_lists_what_is_open_then_what_is_missing_and_a_late_answer_counts(
    world: World,
) -> None:
    await has_met(world, Promise("ama", "Talk to Rosa"), Promise("ama", "Write to Tom"))
    await world.move_to(utc(18, 9))
    (prompt,) = dms(world, "ama", ":report:1")
    assert "Talk to Rosa (by Friday 20 March 2026)" in prompt
    assert "Write to Tom (by Friday 20 March 2026)" in prompt
    first = world.person("ama").dm()[-1]
    assert labels(world, "ama", first) == ["Report back", "Report back", "Leave me out this time"]

    button = world.person("ama").buttons(first)[0]
    await world.person("ama").press(first, Action.FILE_REPORT, block_id=button.block_id)
    await world.submit("ama", {"outcome": "done"})
    await world.move_to(utc(20, 9))
    (last,) = dms(world, "ama", ":report:2")
    assert LAST in last
    assert "In: done." in last

    await world.move_to(utc(22, 20))
    assert "Write to Tom" in await answer(world, "ama", "/als commitments")
    await world.command("ama", "/als report")
    assert "Write to Tom" in in_modal(world, "ama"), "the only one that is missing opens at once"
    await world.submit("ama", {"outcome": "not-yet"})
    assert "everything is in, thank you." in dms(world, "ama", ":report:2")[0]


async def test_the_report_of_either_half_of_a_pair_stops_both(world: World) -> None:
    await has_met(world, Promise("ben", "Talk to Rosa"), pairs=True)
    await world.move_to(utc(18, 9))
    assert [len(dms(world, name, ":report:1")) for name in ("ama", "ben")] == [1, 1]
    await world.press("ama", Action.FILE_REPORT)
    await world.submit("ama", {"outcome": "done"})
    await world.move_to(NEXT_MEETING)

    assert "In, from Ama: done." in dms(world, "ben", ":report:1")[0]
    assert [dms(world, name, ":report:2") for name in ("ama", "ben")] == [[], []]


# The proposed owner


async def test_the_proposed_owner_hears_of_it_five_days_before_and_a_no_passes_it_on(world: World) -> None:
    await has_met(world)
    before = [len(dms(world, name)) for name in SIX]
    await world.move_to(utc(18, 8, 59))
    assert [len(dms(world, name)) for name in SIX] == before
    await world.move_to(utc(18, 9))
    heard = [name for name, count in zip(SIX, before, strict=True) if len(dms(world, name)) > count]
    assert heard == ["ben"], "ama has had her turn"
    assert PROPOSED in dms(world, "ben")[-1]
    assert "Proposed: Ben, with no turn in this set yet." in dms(world, "ben")[-1]

    await world.press("ben", Action.SKIP_TURN)
    assert "not this time, then. You keep your place at the front." in dms(world, "ben")[-1]
    await world.move_to(utc(18, 14))
    assert PROPOSED in found(dms(world, "carla"), "Proposed: Carla"), "in the morning of Bogota"
    assert "Nearer to the front, with their places kept: Ben (not this time)." in dms(world, "carla")[-1]
    await world.move_to(NEXT_MEETING)
    assert [len(dms(world, name)) for name in ("dev", "elif", "fumi")] == before[3:]


# Clocks and calendars


async def test_prompts_keep_to_the_wall_clock_over_a_change_of_the_clocks(world: World) -> None:
    # London's clocks go forward on Sunday 29 March; the meeting is on Wednesday 1 April, at 10:00 there.
    first = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
    await has_met(world, Promise("ben", "Talk to Rosa"), every_weeks=4, first_meeting_at=first)
    meeting = await world.meeting()
    assert meeting.starts_at == utc(1, 9, month=4)
    await world.move_to(meeting.starts_at)

    assert prompts(world, "ben") == [("Fri 27 09:00", "1"), ("Tue 31 08:00", "2")]
    assert "We start at 10:00 (Europe/London)." in world.text(world.board())


async def test_a_meeting_in_the_hour_that_is_skipped_or_comes_twice_has_one_time(world: World) -> None:
    await world.new_set(accepted=())
    for day, shown in (("2026-03-29", "2026-03-29 02:00"), ("2026-10-25", "2026-10-25 01:30")):
        await world.command("ama", "/als move")
        await world.submit("ama", {"date": day, "time": "01:30"})
        assert f"The next meeting is on {shown} (Europe/London)." in in_modal(world, "ama")
        await world.person("ama").close_modal()
    assert (await world.meeting()).starts_at == utc(25, 0, 30, month=10), "the first of the two"


async def test_prompts_follow_a_meeting_that_is_moved_and_one_that_is_cancelled(world: World) -> None:
    await has_met(world, Promise("ama", "Talk to Rosa"))
    await world.command("grace", "/als move")
    await world.submit("grace", {"date": "2026-03-26", "time": "10:00"})
    await world.person("grace").close_modal()
    await world.move_to(utc(23, 12))
    assert prompts(world, "ama") == [("Mon 23 09:00", "1")], "three working days before Thursday"
    await world.command("grace", "/als cancel")
    await world.submit("grace")
    # The rhythm is not changed by one move: the next meeting is on Monday 6 April.
    await world.move_to(utc(6, 8, 45, month=4))

    assert prompts(world, "ama") == [("Mon 23 09:00", "1"), ("Wed 01 09:00", "1"), ("Fri 03 09:00", "2")]


async def test_messages_that_named_the_old_date_name_the_new_one(world: World) -> None:
    await has_met(world, Promise("ama", "Talk to Rosa"))
    await world.move_to(utc(18, 12))
    messages = len(world.messages("dm:"))
    await world.command("grace", "/als move")
    await world.submit("grace", {"date": "2026-03-24", "time": "11:00"})

    assert "Northern heads meets on 2026-03-24 11:00 (Africa/Accra)." in dms(world, "ama", ":report:1")[0]
    assert "Northern heads meets on 2026-03-24 11:00 (Europe/London)" in dms(world, "ben", ":owner")[0]
    assert len(world.messages("dm:")) == messages


async def test_who_moves_to_another_zone_is_asked_in_the_hours_of_the_new_one(world: World) -> None:
    await has_met(world, Promise("ama", "Talk to Rosa"))
    world.slack.workspace.change_zone(world.person("ama").id, "Asia/Tokyo")
    await world.settle()
    await world.move_to(utc(18, 12))
    assert prompts(world, "ama") == [("Wed 18 00:00", "1")]
    assert "2026-03-23 19:00 (Asia/Tokyo)" in dms(world, "ama", ":report:1")[0]
    world.slack.workspace.change_zone(world.person("ama").id, "America/Bogota")
    await world.settle()
    await world.move_to(NEXT_MEETING)

    assert prompts(world, "ama") == [("Wed 18 00:00", "1"), ("Fri 20 14:00", "2")]


async def test_who_is_away_is_left_in_peace_until_they_are_back(world: World) -> None:
    await has_met(world, Promise("ama", "Talk to Rosa"), Promise("ben", "Write to Tom"))
    await world.move_to(utc(18, 8))
    assert "You are away until Saturday 21 March 2026." in await answer(world, "ama", "/als away 2026-03-21")
    assert "You are away until Monday 23 March 2026." in await answer(world, "ben", "/als away 2026-03-23")
    await world.move_to(NEXT_MEETING + timedelta(days=1))

    assert prompts(world, "ama") == [("Mon 23 08:00", "2")], "once, and for the last time"
    assert prompts(world, "ben") == []


# A bot that was down


async def asleep_until(world: World, at: datetime) -> None:
    """The time passes and nobody ticks; then the bot is back."""
    world.clock.move_to(at)
    await world.quiet()


async def test_after_being_down_a_prompt_comes_late_and_in_working_hours(world: World) -> None:
    await has_met(world, Promise("ama", "Talk to Rosa"))
    await asleep_until(world, utc(18, 22))
    assert prompts(world, "ama") == [], "not at ten in the evening"
    await world.move_to(utc(19, 12))
    assert prompts(world, "ama") == [("Thu 19 08:00", "1")]
    await world.move_to(NEXT_MEETING)

    assert prompts(world, "ama") == [("Thu 19 08:00", "1"), ("Fri 20 09:00", "2")]


async def test_after_being_down_over_both_only_the_last_one_comes(world: World) -> None:
    await has_met(world, Promise("ama", "Talk to Rosa"))
    await asleep_until(world, utc(20, 12))
    await world.move_to(NEXT_MEETING)

    assert prompts(world, "ama") == [("Fri 20 12:00", "2")]


async def test_after_being_down_until_the_meeting_nothing_is_asked_any_more(world: World) -> None:
    await has_met(world, Promise("ama", "Talk to Rosa"))
    await asleep_until(world, NEXT_MEETING + timedelta(minutes=3))
    await world.move_to(NEXT_MEETING + timedelta(days=1))

    assert prompts(world, "ama") == []


async def test_after_being_down_over_the_start_the_board_is_up_at_once(world: World) -> None:
    await has_met(world)
    await asleep_until(world, NEXT_MEETING + timedelta(minutes=3))

    assert "Start the meeting" in labels(world, "grace", world.board())
    await world.home("ben")
    assert "Northern heads" in home(world, "ben")

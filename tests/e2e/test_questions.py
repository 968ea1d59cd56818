"""Questions: anyone's, at any time, under their name; what becomes of them only the owner sees."""

from bot.surfaces.ids import Action
from tests.e2e.history import at_stage, newest
from tests.e2e.reading import (
    answer,
    channel_texts,
    dms,
    found,
    home,
    in_modal,
    labels,
    mentioned,
    thread_texts,
    whispers,
)
from tests.e2e.world import World


async def ask(world: World, name: str, text: str) -> None:
    """By the button, and its modal."""
    await world.press(name, Action.ASK_QUESTION)
    await world.submit(name, {"text": text})


async def close(world: World) -> None:
    """End the meeting that runs."""
    await world.press("grace", Action.END_MEETING)
    await world.press("grace", Action.END_MEETING)


async def test_the_owner_takes_up_one_question_at_a_time_and_only_the_owner_sees_what_became_of_it(
    world: World,
) -> None:
    await at_stage(world, "clarification")
    await ask(world, "ben", "Who decides?")
    await ask(world, "carla", "Since when?")
    await ask(world, "dev", "What is at stake?")
    thread = thread_texts(world)
    assert "Who decides?" in found(thread, "Ben asks:")
    assert not any(mentioned(one) for one in world.thread()[1:]), "by display name, without a mention"
    assert "For Ama, from Ben:\nWho decides?\n2 more wait." in world.text(world.board())

    await world.press("ben", Action.QUESTION_ANSWERED)
    assert "That belongs to the problem owner." in whispers(world, "ben")[-1]
    await world.press("ama", Action.QUESTION_ANSWERED)
    assert "For Ama, from Carla:\nSince when?\nOne more waits." in world.text(world.board())
    await world.press("ama", Action.QUESTION_TAKEN_AWAY)
    assert "For Ama, from Dev:\nWhat is at stake?" in world.text(world.board())
    await world.press("ama", Action.QUESTION_PASSED)

    assert "For Ama, from" not in world.text(world.board())
    assert thread_texts(world) == thread, "nobody can read from the thread what became of any"
    await close(world)
    (sent_home,) = [text for text in dms(world, "ama") if "you took away" in text]
    assert "• Since when? (Carla)" in sent_home
    assert "Who decides?" not in sent_home
    assert "What is at stake?" not in sent_home
    seen_by_all = [text for text in [*channel_texts(world), *thread_texts(world)] if "Since when?" in text]
    assert len(seen_by_all) == 1, "where it was asked, and nowhere else"
    for name in ("ben", "carla", "dev", "grace"):
        await world.home(name)
        shown = [*dms(world, name), *whispers(world, name), home(world, name)]
        assert not any("Since when?" in text for text in shown), name


async def test_what_was_not_reached_is_sent_home_apart_and_expects_nothing(world: World) -> None:
    await at_stage(world, "clarification")
    await ask(world, "ben", "Who decides?")
    await close(world)

    sent_home = found(dms(world, "ama"), "Who decides?")
    assert "questions that were asked and not reached; nobody expects an answer." in sent_home


async def test_an_asker_rewords_or_takes_back_their_own_question_and_nobody_elses(world: World) -> None:
    await at_stage(world, "clarification")
    await ask(world, "ben", "Why did you do that?")
    await world.press("carla", Action.EDIT_QUESTION)
    assert "Only the person who wrote this can change it." in in_modal(world, "carla")

    await world.press("ben", Action.EDIT_QUESTION)
    await world.submit("ben", {"text": "What led you there?"})
    assert "What led you there?" in found(thread_texts(world), "Ben asks:")
    assert "For Ama, from Ben:\nWhat led you there?" in world.text(world.board())
    await world.press("ben", Action.EDIT_QUESTION)
    await world.submit("ben", {"withdraw": ["yes"]})

    assert "Withdrawn by its asker." in thread_texts(world)
    assert not any("What led you there?" in text for text in thread_texts(world))
    assert "For Ama, from" not in world.text(world.board())


async def test_a_question_may_be_asked_by_command_and_only_where_its_stage_is(world: World) -> None:
    await at_stage(world, "problem")
    act = await world.command("ben", "/als ask")
    assert "No questions are written in this stage." in (act.reply.text if act.reply else "")
    await world.press("grace", Action.MOVE_ON)
    status = await answer(world, "ben", "/als status")
    assert "The set is meeting now: Clarification, until 10:08 (Europe/London)." in status
    await world.command("ben", "/als ask")
    form = in_modal(world, "ben")
    assert "For Ama. Stage: Clarification." in form
    assert "Two that you may borrow:\n• What are the main things that have happened, in order?" in form
    await world.submit("ben", {"text": "Who decides?"})

    assert "Who decides?" in found(thread_texts(world), "Ben asks:")


async def test_every_stage_that_asks_questions_has_its_own_button_and_silence_is_no_failing(
    world: World,
) -> None:
    await at_stage(world, "clarification")
    history, boards = await newest(world), []
    for stage in ("reflection", "analysis", "reframing", "action", "commitments"):
        boards.append(world.text(world.board()))
        await history.lead_to("grace", stage)
        await world.settle()

    asking = {one.stage for one in world.thread() if "Ask a question" in labels(world, "ben", one)}
    assert asking == {"clarification", "stillness", "reflection", "analysis", "reframing", "action"}
    assert all("Questions you could borrow:" in text for text in boards)
    assert not any("no questions" in text.lower() for text in boards)

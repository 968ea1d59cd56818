"""The invitation: everything a person needs to answer, and nobody's refusal in it."""

from bot.domain import commands as c
from bot.outgoing import Message
from bot.surfaces.ids import Action
from tests import factories as f
from tests.factories import AMA, BEN, CHANNEL, FELA, SIX, Play
from tests.surfaces.reading import pressable


def invitation(play: Play) -> Message:
    return f.messages(play.said)["set:s1:invitation"]


def test_it_says_who_invites_to_what_when_how_often_and_how_long() -> None:
    message = invitation(f.new_set())
    assert message.conversation == CHANNEL
    for part in (
        "Ama invites you to an action learning set",
        "For Ama, Ben, Chidi, Dee, Eva and Fela.",
        "(Europe/Berlin)>. After that every 2 weeks, 90 minutes each time.",
        "Guide facilitates.",
        "What is said in the set stays in the set.",
        "0 of 6 are in.",
    ):
        assert part in message.text
    assert set(pressable(message)) == {Action.ACCEPT_INVITATION, Action.DECLINE_INVITATION}


def test_pairs_are_listed_by_name() -> None:
    text = invitation(f.new_set(in_pairs=True)).text
    assert "• Ama and Ben\n• Chidi and Dee\n• Eva and Fela" in text


def test_acceptance_shows_as_a_count() -> None:
    play = f.new_set()
    for member in SIX[:3]:
        play.do(c.AcceptInvitation, member)
    assert "3 of 6 are in." in invitation(play).text


def test_a_refusal_is_told_to_the_creator_alone_and_leaves_no_trace_in_the_channel() -> None:
    play = f.new_set()
    before = invitation(play)
    told = f.messages(play.do(c.DeclineInvitation, FELA))
    assert [message.conversation for message in told.values()] == [AMA]
    assert "Fela says that Heads of department is not for them" in next(iter(told.values())).text
    play.do(c.AcceptInvitation, BEN)
    assert invitation(play).text == before.text.replace("0 of 6 are in", "1 of 6 is in")


def test_the_creator_is_told_what_happens_next_once() -> None:
    play = f.ready_set()
    told = [message for message in play.said if message.key == "dm:s1:U1AMA:created"]
    assert len(told) == 1
    assert "ten minutes before" in f.messages(play.said)["dm:s1:U1AMA:created"].text


def test_after_the_end_of_the_set_it_can_no_longer_be_answered() -> None:
    play = f.ready_set()
    play.do(c.EndSet, AMA)
    assert "This set has ended." in invitation(play).text
    assert pressable(invitation(play)) == {}


def test_a_later_answer_still_names_the_first_meeting() -> None:
    play = f.new_set()
    for member in SIX[:5]:
        play.do(c.AcceptInvitation, member)
    before = invitation(play).text
    play.until(play.meeting.starts_at)
    f.begin(play)
    play.to("close")
    play.move_on()
    play.do(c.AcceptInvitation, FELA)
    assert invitation(play).text == before.replace("5 of 6 are in", "6 of 6 are in")

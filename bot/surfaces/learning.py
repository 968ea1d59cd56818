"""What others take away from a turn, and the lines of the learning review, which appear together."""

from collections.abc import Iterator, Sequence

from bot.domain.events import LearningShown, LearningWritten, TakeawayNoted, TakeawayWithdrawn
from bot.domain.learning_set import LearningLine
from bot.domain.machine import LEARNING_REVIEW
from bot.outgoing import Message, Outgoing
from bot.prompt_library import Line
from bot.surfaces.parts import Part, bullets, in_thread, said, share, short
from bot.surfaces.scene import Scene, Step

HEADINGS = {
    "about_problem": "thread.learning.problem",
    "about_self": "thread.learning.self",
    "about_set": "thread.learning.worked",
}
"""Each line of a member in the learning review, and the heading under which it stands."""


def takeaways_changed(event: TakeawayNoted | TakeawayWithdrawn, step: Step) -> Iterator[Outgoing]:
    """One post per turn gathers what its other members take away."""
    number = event.takeaway.turn if isinstance(event, TakeawayNoted) else event.turn
    yield takeaways_post(step.after, number)


def takeaways_post(scene: Scene, number: int) -> Message:
    """What is taken away from one turn."""
    words = scene.words
    noted = [takeaway for takeaway in scene.meeting.takeaways if takeaway.turn == number]
    limit = share(len(noted))
    lines = [
        words.rich("thread.takeaways.line", who=scene.called(each.person), text=short(each.text, limit))
        for each in noted
    ]
    title = said(words.rich("thread.takeaways.title", owner=scene.owners(number)))
    none = None if lines else said(words.rich("thread.takeaways.none"))
    return in_thread(scene, f"takeaways:{number}", title, bullets(lines), none)


def written(_event: LearningWritten, step: Step) -> Iterator[Outgoing]:
    """Nothing until the lines appear together; a late one joins them."""
    if step.before is not None and step.before.meeting.learning_shown:
        yield from learning_posts(step.after)


def shown(_event: LearningShown, step: Step) -> Iterator[Outgoing]:
    """All lines at once. Where nobody wrote one, nothing."""
    yield from learning_posts(step.after)


def learning_parts(scene: Scene, limit: int) -> Iterator[Part | None]:
    """The lines under their three headings; headings without a line are left out."""
    for name, heading in HEADINGS.items():
        lines = _lines(scene, name, limit)
        if lines:
            yield said(scene.words.rich(heading).in_bold())
            yield bullets(lines)


def texts_in(learning: Sequence[LearningLine]) -> int:
    """How many texts these lines hold."""
    return sum(1 for line in learning for name in HEADINGS if getattr(line, name))


def learning_posts(scene: Scene) -> Iterator[Message]:
    """The one post of all lines; none where nobody wrote any."""
    count = texts_in(scene.meeting.learning)
    if count:
        title = said(scene.words.rich("thread.learning.title"))
        yield in_thread(scene, "learning", title, *learning_parts(scene, share(count)), stage=LEARNING_REVIEW)


def _lines(scene: Scene, name: str, limit: int) -> list[Line]:
    return [
        scene.words.rich(
            "thread.learning.line", who=scene.called(line.person), text=short(getattr(line, name), limit)
        )
        for line in scene.meeting.learning
        if getattr(line, name)
    ]

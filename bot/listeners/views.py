"""`view_submission`: every modal that can be sent off, and what its acknowledgement says.

Slack shows sentences beside fields only in this acknowledgement, so a refusal needs no outbox here.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from bot.command_handler import Outcome, Result
from bot.domain.commands import Command
from bot.domain.rejections import Rejected
from bot.listeners.done import done_reply
from bot.listeners.payloads import Submission, carried
from bot.listeners.refusals import Forged, NotNow, Refusal
from bot.listeners.set_creation import SharingNotAgreed, create_set, read_new_set
from bot.listeners.submitted import READS, Read, Submitted
from bot.listeners.visit import Visit
from bot.surfaces.forms import FormErrors
from bot.surfaces.ids import Callback
from bot.surfaces.modals.create_set import set_created_view, sharing_modal, warnings
from bot.surfaces.replies import reply_view

Answer = Mapping[str, Any]
"""What stands in the acknowledgement; an empty one closes the modal."""
Listener = Callable[[Submitted], Awaitable[Answer]]

CLOSED: Answer = {}
SHOWS_ON_HOME = frozenset({Callback.FILE_REPORT})
"""After these a person's Home looks different, and they may have come from there."""


async def on_submission(visit: Visit, submission: Submission) -> Answer:
    """Serve a submitted modal. Raises only for what is nobody's choice: then it is not acknowledged."""
    view = submission.view
    brought_back = carried(view.private_metadata)
    try:
        if brought_back is None:
            raise Forged
        sent = Submitted(visit, brought_back, view.values)
        return await LISTENERS[Callback(view.callback_id)](sent)
    except FormErrors as errors:
        sentences = errors.sentences(visit.desk.queries.language.words)
        return _beside_fields(visit, sentences, view.values)
    except (Rejected, NotNow) as refusal:
        return _refused(visit, refusal, Outcome(Result.REJECTED), view.values)


async def command(read: Read, shows_on_home: bool, sent: Submitted) -> Answer:
    """A modal about a set: one command."""
    visit, asked = sent.visit, await read(sent)
    outcome = await visit.desk.handler.handle(asked, request=visit.request)
    if outcome.rejected is not None:
        return _refused(visit, outcome.rejected, outcome, sent.values)
    if shows_on_home and outcome.result is Result.DONE:
        await visit.refresh_home()
    return _done(visit, outcome, asked)


async def new_set(sent: Submitted) -> Answer:
    """The modal turns into what was done, with the warnings."""
    visit = sent.visit
    answers = await read_new_set(sent)
    queries = visit.desk.queries
    try:
        asked = await create_set(visit, answers)
    except SharingNotAgreed:
        again = sharing_modal(answers, queries.language, queries.format, answers.zone, queries.now)
        return {"response_action": "update", "view": again}
    outcome = await visit.desk.handler.handle(asked.command, request=visit.request)
    if outcome.rejected is not None:
        return _refused(visit, outcome.rejected, outcome, sent.values)
    language = queries.language
    told_also = warnings(answers, asked.people, asked.channel, visit.person, language)
    return {"response_action": "update", "view": set_created_view(answers, told_also, language)}


def _done(visit: Visit, outcome: Outcome, asked: Command) -> Answer:
    """The modal closes, or says what was done where nothing else does."""
    if outcome.learning_set is None:
        return CLOSED
    scene = visit.desk.queries.scene(outcome.learning_set)
    reply = done_reply(scene, asked)
    return {"response_action": "update", "view": reply_view(reply, scene.language)} if reply else CLOSED


def _refused(visit: Visit, refusal: Refusal, outcome: Outcome, values: Mapping[str, object]) -> Answer:
    """Beside the field at fault, or the first; in a modal without fields, in its place."""
    if not values or isinstance(refusal, NotNow):
        return {"response_action": "update", "view": visit.refusal(refusal, outcome.learning_set)}
    said = visit.sentence(refusal, outcome.learning_set)
    block = refusal.field if refusal.field in values else next(iter(values))
    return _beside_fields(visit, {str(block): said.plain()}, values)


def _beside_fields(visit: Visit, errors: Mapping[str, str], values: Mapping[str, object]) -> Answer:
    """Slack refuses a sentence for a field that the modal does not have: such a modal is none of ours."""
    shown = {block: said for block, said in errors.items() if block in values}
    if not shown:
        return {"response_action": "update", "view": visit.refusal(Forged())}
    return {"response_action": "errors", "errors": shown}


LISTENERS: Mapping[Callback, Listener] = {
    **{callback: partial(command, read, callback in SHOWS_ON_HOME) for callback, read in READS.items()},
    Callback.CREATE_SET: new_set,
}
"""Every modal that can be sent has one listener; that of handing over has only buttons that act at once."""

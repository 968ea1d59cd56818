"""One line that says who is proposed to own a turn, and why."""

from bot.domain.learning_set import LearningSet
from bot.domain.ledger import PassedOver, Proposal, Reason
from bot.prompt_library import Language, Line, Value, When, WhenStyle
from bot.surfaces.names import COMMA, unit_name
from bot.surfaces.text import join


def why_line(learning_set: LearningSet, proposal: Proposal, language: Language) -> Line:
    """Who is proposed and why; then who stands nearer to the front and is passed over, if anybody is."""
    proposed = _proposed(learning_set, proposal, language)
    if not proposal.passed_over:
        return proposed
    others = join([_other(learning_set, other, language) for other in proposal.passed_over], COMMA)
    return join([proposed, language.words.rich("ledger.passed_over", others=others)], Line.ours(" "))


def _proposed(learning_set: LearningSet, proposal: Proposal, language: Language) -> Line:
    values: dict[str, Value] = {"unit": unit_name(learning_set, proposal.unit_id, language)}
    key = f"ledger.proposed.{proposal.reason}"
    if proposal.reason is Reason.SWAPPED and proposal.in_place_of is not None:
        values["other"] = unit_name(learning_set, proposal.in_place_of, language)
    if proposal.reason is Reason.WAITED_LONGEST:
        if proposal.last_turn_at is None:
            key = "ledger.proposed.waited_longest_undated"
        else:
            values["last_turn"] = When(proposal.last_turn_at, learning_set.zone, WhenStyle.DAY)
    return language.words.rich(key, **values)


def _other(learning_set: LearningSet, other: PassedOver, language: Language) -> Line:
    unit = unit_name(learning_set, other.unit_id, language)
    return language.words.rich(f"ledger.because.{other.why}", unit=unit)

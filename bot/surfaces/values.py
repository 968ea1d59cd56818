"""What our buttons and modals carry through Slack and back: ids and versions, never content.

Whatever comes back is parsed with these models; anything else is refused.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# Nothing else is ever in an id of ours or of Slack's, and not every database takes every character.
_CHARACTERS = r"^[A-Za-z0-9_.:+-]+$"

Id = Annotated[str, Field(max_length=64, pattern=_CHARACTERS)]
LongId = Annotated[str, Field(max_length=80, pattern=_CHARACTERS)]
"""Of something that belongs to a set: it holds the set's id as well."""


class Carried(BaseModel):
    """The value of a button, of which Slack keeps 2,000 characters, or the private_metadata of a modal."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    set_id: Id | None = None
    meeting_id: LongId | None = None
    version: int | None = None
    stage: Id | None = None
    turn: int | None = None
    person: Id | None = None
    item: LongId | None = None
    """Id of the question or commitment it is about."""
    channel_id: Id | None = None

    def packed(self) -> str:
        """The compact JSON that Slack keeps for us."""
        return self.model_dump_json(exclude_none=True)

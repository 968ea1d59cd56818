"""What our buttons and modals carry through Slack and back: ids and versions, never content.

Whatever comes back is parsed with these models; anything else is refused.
"""

from pydantic import BaseModel, ConfigDict, Field


class Carried(BaseModel):
    """The value of a button, of which Slack keeps 2,000 characters, or the private_metadata of a modal."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    set_id: str | None = Field(default=None, max_length=64)
    meeting_id: str | None = Field(default=None, max_length=80)
    version: int | None = None
    stage: str | None = Field(default=None, max_length=64)
    turn: int | None = None
    person: str | None = Field(default=None, max_length=64)
    item: str | None = Field(default=None, max_length=80)
    """Id of the question or commitment it is about."""
    channel_id: str | None = Field(default=None, max_length=64)

    def packed(self) -> str:
        """The compact JSON that Slack keeps for us."""
        return self.model_dump_json(exclude_none=True)

"""What arrives from Slack, as far as we use it: one model for each kind of payload.

Everything is parsed before anything is done with it, since a payload may be forged or of a newer shape.
What buttons and modals carry (`bot.surfaces.values.Carried`) is read apart, so that a forged value can be
refused politely, while a payload without a person cannot be answered at all.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.directory import User
from bot.surfaces.values import Carried

Id = Annotated[str, Field(min_length=1, max_length=64)]
Trigger = Annotated[str, Field(min_length=1, max_length=255)]


class Payload(BaseModel):
    """Part of a payload: what we do not name is dropped, and no error quotes what was said."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Named(Payload):
    """Anything of which the id is enough."""

    id: Id


class Actor(Named):
    """Whoever pressed or sent something. ``team_id`` is their own workspace: in a shared channel another."""

    team_id: Id | None = None


class Selected(Payload):
    """A chosen option of a menu."""

    value: str


class Pressed(Payload):
    """One pressed button or used menu."""

    action_id: Id
    value: str | None = None
    selected_option: Selected | None = None

    @property
    def carried(self) -> str | None:
        """What the button, or the chosen option, brings back."""
        return self.selected_option.value if self.selected_option else self.value


class Container(Payload):
    """The message in which a button stands."""

    thread_ts: str | None = None


class View(Payload):
    """A modal or App Home, as it comes back."""

    id: Id | None = None
    type: str = "modal"
    callback_id: str = ""
    private_metadata: str = ""
    state: dict[str, Any] = Field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, by block id and action id."""
        found = self.state.get("values", {})
        return found if isinstance(found, dict) else {}


class Press(Payload):
    """`block_actions`: somebody pressed a button in a message, in a modal or in App Home."""

    user: Actor
    trigger_id: Trigger
    actions: Annotated[list[Pressed], Field(min_length=1)]
    channel: Named | None = None
    container: Container | None = None
    view: View | None = None

    @property
    def pressed(self) -> Pressed:
        """The button. Slack sends one at a time."""
        return self.actions[0]

    @property
    def in_home(self) -> bool:
        """Whether it was pressed in App Home."""
        return self.view is not None and self.view.type == "home"

    @property
    def in_modal(self) -> bool:
        """Whether it was pressed in a modal."""
        return self.view is not None and self.view.type == "modal"


class Submission(Payload):
    """`view_submission`: somebody sent a modal off."""

    user: Actor
    trigger_id: Trigger
    view: View


class SlashCommand(Payload):
    """`/als ...`: Slack sends these fields flat."""

    command: str
    text: str = ""
    user_id: Id
    channel_id: Id
    trigger_id: Trigger


class HomeOpened(Payload):
    """`app_home_opened`: somebody looks at a tab of the app."""

    user: Id
    tab: str = "home"


class MemberJoined(Payload):
    """`member_joined_channel`: somebody, perhaps the bot, came into a channel."""

    user: Id
    channel: Id


class MemberLeft(Payload):
    """`member_left_channel`: somebody is no longer in a channel."""

    user: Id
    channel: Id


class ChannelTold(Payload):
    """Something befell a channel; its name, if it was renamed, is of no interest."""

    channel: Id


class ChannelHasNewId(Payload):
    """`channel_id_changed`."""

    old_channel_id: Id
    new_channel_id: Id


class Revoked(Payload):
    """Whose tokens: the bot's, and people's."""

    bot: list[Id] = Field(default_factory=list)


class TokensRevoked(Payload):
    """`tokens_revoked`."""

    tokens: Revoked


class TeamAccess(Payload):
    """`team_access_granted`, `team_access_revoked`: workspaces of an organisation."""

    team_ids: Annotated[list[Id], Field(max_length=1000)]


class UserChange(Payload):
    """`user_change`: a name, a zone or something else about a person is new."""

    user: User


class EventEnvelope(Payload):
    """What stands around every event."""

    event_id: Annotated[str, Field(min_length=1, max_length=255)]


def carried(packed: str | None) -> Carried | None:
    """What our button or modal brought back; None when we never sent out such a thing."""
    if not packed:
        return Carried()
    try:
        return Carried.model_validate_json(packed)
    except ValidationError:
        return None

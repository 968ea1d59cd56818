"""The Slack app that is installed: what Slack knows it by, and where installers come back to."""

from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin

INSTALL_PATH = "/slack/install"
START_PATH = "/slack/install/start"
REDIRECT_PATH = "/slack/oauth_redirect"


@dataclass(frozen=True, slots=True)
class SlackApp:
    """``public_url`` is where this bot is reached from outside; ``scopes`` are those of the manifest.
    ``privacy_url`` and ``support_url`` are pages of the operator's.
    """

    client_id: str
    client_secret: str = field(repr=False)
    public_url: str
    slack_api_url: str
    scopes: tuple[str, ...]
    privacy_url: str | None = None
    support_url: str | None = None

    @property
    def redirect_uri(self) -> str:
        """Where Slack sends an installer back to. The settings of the Slack app must name it."""
        return self.public_url + REDIRECT_PATH

    @property
    def authorization_url(self) -> str:
        """The page of Slack on which somebody allows the installation, beside its Web API."""
        return urljoin(self.slack_api_url, "../oauth/v2/authorize")

    def authorize_url(self, state: str) -> str:
        """The same, with all that Slack must know."""
        asked = {
            "client_id": self.client_id,
            "scope": ",".join(self.scopes),
            "redirect_uri": self.redirect_uri,
            "state": state,
        }
        return f"{self.authorization_url}?{urlencode(asked)}"

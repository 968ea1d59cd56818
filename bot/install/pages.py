"""The pages that installers see: plain HTML without script, whose every value is escaped.

Nothing of an address is ever shown: of a reason for failing only those that we know have words of their own.
"""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from slack_sdk.oauth.installation_store import Installation as Granted

from bot.install.slack_app import START_PATH, SlackApp
from bot.prompt_library import Language, PromptLibrary

LANGUAGE = "en"
"""Nobody has said another yet."""
TEMPLATES = Path(__file__).parent / "templates"
STYLE = (TEMPLATES / "page.css").read_text(encoding="utf-8")
OTHER = "unknown"
CAUSES: Mapping[str, tuple[int, str]] = {
    "access_denied": (200, "cancelled"),
    "invalid_browser": (400, "another_browser"),
    "invalid_state": (400, "too_late"),
    "missing_code": (400, "too_late"),
    "invalid_code": (400, "used"),
    "code_already_used": (400, "used"),
    "bad_redirect_uri": (500, "wrong_address"),
    "invalid_client_id": (500, "wrong_secrets"),
    "bad_client_secret": (500, "wrong_secrets"),
    "invalid_scope": (500, "wrong_scopes"),
    "invalid_team_for_non_distributed_app": (403, "not_shared"),
    "no_answer": (502, "slack_unreachable"),
    "internal_error": (502, "slack_unreachable"),
    "fatal_error": (502, "slack_unreachable"),
    "ratelimited": (502, "slack_unreachable"),
    "service_unavailable": (502, "slack_unreachable"),
    "storage_error": (503, "not_kept"),
}
"""What Slack, Bolt and we call it, with the status of the answer and what people are told."""
NO_MORE_THAN_THIS = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": NO_MORE_THAN_THIS,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
"""Of every page, and of every other answer on these paths."""


class Pages:
    """Draws them in one language: nobody has said theirs yet."""

    def __init__(self, app: SlackApp, library: PromptLibrary, language: str = LANGUAGE) -> None:
        self._app = app
        self._language: Language = library.language(language)
        loader = FileSystemLoader(TEMPLATES)
        self._environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)

    def landing(self) -> str:
        """The page with "Add to Slack"."""
        words = self._language.words
        return self._page(
            "landing",
            [words.plain("install.landing.what"), words.plain("install.landing.never")],
            facts_title=words.plain("install.landing.asks"),
            facts=[line.plain() for line in words.lines("install.landing.scopes")],
            button=(START_PATH, words.plain("install.landing.button")),
            after=words.plain("install.landing.approval"),
        )

    def installed(self, granted: Granted) -> str:
        """It is done, and how it goes on."""
        words = self._language.words
        if granted.is_enterprise_install:
            name = granted.enterprise_name or words.plain("install.org_wide.unnamed")
            told = words.plain("install.org_wide.what", name=name)
            return self._page("org_wide", [told, words.plain("install.org_wide.next")])
        name = granted.team_name or words.plain("install.installed.unnamed")
        return self._page(
            "installed",
            [words.plain("install.installed.what", name=name)],
            steps_title=words.plain("install.installed.next"),
            steps=[line.plain() for line in words.lines("install.installed.steps")],
            button=(_into_slack(granted), words.plain("install.installed.button")),
        )

    def failed(self, reason: str) -> tuple[int, str]:
        """The status and the page for what went otherwise; `reason` is Slack's code or Bolt's word for it."""
        status, kind = CAUSES.get(reason, (400, OTHER))
        words = self._language.words
        paragraphs = [line.plain() for line in words.lines(f"install.failed.{kind}.what")]
        redirect = self._app.redirect_uri if kind == "wrong_address" else None
        again = (START_PATH, words.plain("install.failed.again"))
        return status, self._page(f"failed.{kind}", paragraphs, button=again, address=redirect)

    def cause_of(self, reason: str) -> str:
        """The reason where it is one that we know: an address may hold any other."""
        return reason if reason in CAUSES else OTHER

    def _page(self, kind: str, paragraphs: list[str], **more: object) -> str:
        title = self._language.words.plain(f"install.{kind}.title")
        template = self._environment.get_template("page.html")
        nothing: dict[str, object] = dict.fromkeys(("steps", "button", "after", "facts", "address"))
        values = nothing | more | {"title": title, "paragraphs": paragraphs, "style": Markup(STYLE)}  # noqa: S704
        values["app"] = self._language.words.plain("install.app")
        values["links"] = self._links()
        return template.render(language=self._language.code, **values)

    def _links(self) -> list[tuple[str, str]]:
        """The operator's pages, where there are any, and what they are called."""
        pages = {"privacy": self._app.privacy_url, "support": self._app.support_url}
        words = self._language.words
        return [(url, words.plain(f"install.links.{what}")) for what, url in pages.items() if url]


def _into_slack(granted: Granted) -> str:
    """Opens the app in Slack, by Slack's own redirect."""
    asked = urlencode({"app": granted.app_id or "", "team": granted.team_id or ""})
    return f"https://slack.com/app_redirect?{asked}"

"""How a workspace installs the app by itself: from the page with "Add to Slack" to the word of welcome."""

from bot.install.flow import InstallFlow, install_flow
from bot.install.routes import routes
from bot.install.slack_app import REDIRECT_PATH, SlackApp
from bot.install.stores import Grants, States

__all__ = [
    "REDIRECT_PATH",
    "Grants",
    "InstallFlow",
    "SlackApp",
    "States",
    "install_flow",
    "routes",
]

"""In which workspaces the bot is, and with which token it speaks in each. One of two ways, as it is set up:

`OneWorkspace` has one token from the environment. `InstalledWorkspaces` has the tokens that workspaces gave
it when they installed it, sealed in the database.
"""

from bot.workspaces.authorize import Authorize
from bot.workspaces.clients import Clients
from bot.workspaces.counting import Counting
from bot.workspaces.many import InstalledWorkspaces
from bot.workspaces.one import OneWorkspace
from bot.workspaces.protocol import Installed, NotInstalled, NoToken, Workspaces
from bot.workspaces.rotation import Rotation
from bot.workspaces.waiting import LONGEST_WAIT

__all__ = [
    "LONGEST_WAIT",
    "Authorize",
    "Clients",
    "Counting",
    "Installed",
    "InstalledWorkspaces",
    "NoToken",
    "NotInstalled",
    "OneWorkspace",
    "Rotation",
    "Workspaces",
]

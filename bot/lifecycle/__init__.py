"""What permanent failures and events of the workspace mean: what is paused, who goes on, what is deleted.

What Slack tells is taken as a hint: events come late, twice, in any order or not at all. So Slack is asked
how things are, and that is what the sets are told. A failed post leads the same way.
"""

from bot.lifecycle.lifecycle import BETWEEN_LOOKS, Lifecycle
from bot.lifecycle.places import Places
from bot.lifecycle.second_looks import SecondLooks

__all__ = ["BETWEEN_LOOKS", "Lifecycle", "Places", "SecondLooks"]

"""A Slack app that helps an action learning set hold its meetings and keep its commitments.

The road that a press on a button takes through these rooms is drawn in the README.
"""

__version__ = "0.1.0"

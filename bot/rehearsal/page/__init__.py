"""The rehearsal page: the local Slack in a browser, to act in as any of its people.

Everything is drawn on this machine from what the bot sent over the wire; nothing is loaded from elsewhere.
"""

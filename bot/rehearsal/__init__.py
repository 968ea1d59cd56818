"""A local Slack that a bot cannot tell from the real one: Web API, Socket Mode, signed HTTP, people who act.

It imports nothing else of ours, so nothing in the bot can lean on it. Where Slack's behaviour is
uncertain it is stricter than Slack, never kinder, and no switch relaxes it.
"""

"""The domain: what an action learning set is and what can happen to it.

Pure: no Slack, no SQL, no clock, no randomness, no await. Time, ids and the format are handed in.
The road through it: ``decide(learning_set, command, moment) -> events`` and ``evolve(learning_set, event)``.
"""

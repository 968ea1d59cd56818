"""The soak: many meetings in several workspaces, served by three processes, while everything goes wrong.

`python -m tests.soak` (or `make soak`) prints a seed, plays for so many seconds, and compares what the driver
wrote down with what the database and the local Slack hold. The last line is the balance.

The driver owns the time: a clock that all processes read, and that moves only while nothing is at work, from
one instant at which anything is due to the next. So a lease ends early for nobody but the dead.
"""

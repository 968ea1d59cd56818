"""What members see: pure functions from events and reads to messages, modals and App Home.

Every word comes from ``prompts/``; every block is a slack_sdk model, whose validators know Slack's limits.
"""

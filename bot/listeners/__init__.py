"""What comes from Slack becomes a command, or an answer to a visit. Nothing here decides."""

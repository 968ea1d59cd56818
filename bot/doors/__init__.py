"""The doors by which Slack's payloads come in: web sockets, or signed requests. Both lead to the same app."""

"""What each event changes, by subject: one small function per event."""

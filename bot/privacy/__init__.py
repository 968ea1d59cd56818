"""What people may do with what is kept of them: see it, have it deleted; and what is deleted in time."""

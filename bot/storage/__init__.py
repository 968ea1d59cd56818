"""Rows in and out: learning sets, what is due, what is to be sent. Nothing here decides."""

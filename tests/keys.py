"""The key with which tests seal: one, so that whatever opens the same database can read it."""

from bot.vault import Vault, new_key

KEY = new_key()
VAULT = Vault([KEY])
"""Give it to every `Database` of a test that may meet something sealed."""

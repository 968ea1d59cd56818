"""What is sealed opens with the right key, in its place, and not otherwise."""

from pathlib import Path

import pytest

from bot.bootstrap import CannotStart
from bot.rehearse_page import Store
from bot.vault import CannotOpen, MalformedKey, NoKeys, Vault, new_key

WORDS = "What would you lose? \u202e <!channel> \0"


def test_a_sealed_text_opens_in_its_place_and_shows_nothing() -> None:
    vault = Vault([new_key()])
    sealed = vault.seal(WORDS, "T1/takeaways/m1/1/U1/text")
    assert vault.open(sealed, "T1/takeaways/m1/1/U1/text") == WORDS
    assert "lose" not in sealed
    assert vault.seal(WORDS, "x") != vault.seal(WORDS, "x")


@pytest.mark.parametrize("elsewhere", ["T2/a", "T1/b", "", "T1/a/"])
def test_a_sealed_text_that_was_moved_does_not_open(elsewhere: str) -> None:
    vault = Vault([new_key()])
    with pytest.raises(CannotOpen):
        vault.open(vault.seal(WORDS, "T1/a"), elsewhere)


@pytest.mark.parametrize(
    "change", [lambda text: text[:-6] + "AAAAA=", lambda _text: "", lambda _text: "\u00e9"]
)
def test_what_is_not_sealed_or_was_changed_does_not_open(change: object) -> None:
    assert callable(change)
    vault = Vault([new_key()])
    with pytest.raises(CannotOpen):
        vault.open(change(vault.seal(WORDS, "T1/a")), "T1/a")


def test_keys_can_be_changed_while_older_ones_still_open() -> None:
    old, new = new_key(), new_key()
    sealed = Vault([old]).seal(WORDS, "T1/a")
    both = Vault.read(f" {new} , {old}\n")
    assert both.open(sealed, "T1/a") == WORDS
    assert not both.sealed_with_newest(sealed, "T1/a")
    assert both.sealed_with_newest(both.seal(WORDS, "T1/a"), "T1/a")
    assert Vault([new]).open(both.seal(WORDS, "T1/a"), "T1/a") == WORDS
    with pytest.raises(CannotOpen):
        Vault([new]).open(sealed, "T1/a")


@pytest.mark.parametrize(
    "keys",
    ["", "short", f"{new_key()},", f"{new_key()},{new_key()[:-2]}"],
    ids=["none", "short", "a second one left out", "a second one cut off"],
)
def test_a_malformed_key_is_named_by_its_number_and_never_quoted(keys: str) -> None:
    with pytest.raises(MalformedKey, match=f"key number {keys.count(',') + 1} .*new-key") as told:
        Vault.read(keys)
    wrong = keys.rsplit(",", maxsplit=1)[-1]
    assert not wrong or wrong not in str(told.value)


def test_without_keys_nothing_is_sealed_or_opened() -> None:
    with pytest.raises(NoKeys):
        Vault().seal(WORDS, "T1/a")
    with pytest.raises(NoKeys):
        Vault().open("x", "T1/a")


def test_a_rehearsal_keeps_a_key_of_its_own_for_its_owner_alone(tmp_path: Path) -> None:
    sealed = Store(tmp_path).vault().seal(WORDS, "T1/a")
    assert Store(tmp_path).vault().open(sealed, "T1/a") == WORDS
    (file,) = tmp_path.glob("*.key")
    assert file.stat().st_mode & 0o077 == 0
    Store(tmp_path).clear()
    with pytest.raises(CannotOpen):
        Store(tmp_path).vault().open(sealed, "T1/a")
    file.write_text("broken", encoding="ascii")
    with pytest.raises(CannotStart, match="--fresh"):
        Store(tmp_path).vault()

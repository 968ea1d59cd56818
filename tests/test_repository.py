"""What holds for the whole repository: a clone works anywhere, and tells nothing of where it was made."""

import fnmatch
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

REPOSITORY = Path(__file__).resolve().parent.parent

# Written with [brackets], so that this file does not hold what it forbids.
FORBIDDEN = {
    "the address of a package registry": re.compile(r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs"),
    "an option that names a registry": re.compile(
        r"^(-i|-f|--(extra-)?index-url|--find-links)\b", re.MULTILINE
    ),
    "a path of one machine": re.compile(r"(?<![\w./~-])/(home|root|Users|work|opt)/\w"),
    "a token of Slack": re.compile(r"\bxox[a-z]-\d{9,}-|\bxapp-\d-[A-Z0-9]{9,}-\d{9,}"),
    "a private key": re.compile(r"BEGIN [A-Z ]*PRIVATE[ ]KEY"),
}
PLANTED = {
    "the address of a package registry": "https://pypi" + ".org/simple",
    "an option that names a registry": "# made by hand\n--index" + "-url https://example.org",
    "a path of one machine": 'open("/' + 'home/ada/bot.py")',
    "a token of Slack": "xoxb-" + "123456789012-abc",
    "a private key": "-----BEGIN PRIVATE" + " KEY-----",
}


def _ignored(path: Path) -> bool:
    lines = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines()
    patterns = [".git", *(line.rstrip("/") for line in lines if line and not line.startswith("#"))]
    return any(fnmatch.fnmatch(part, pattern) for part in path.parts for pattern in patterns)


def _texts() -> Iterator[tuple[str, str]]:
    """Every file that belongs to the repository and is text, by its path."""
    for folder, names, files in os.walk(REPOSITORY):
        here = Path(folder).relative_to(REPOSITORY)
        names[:] = [name for name in names if not _ignored(here / name)]
        for file in (here / name for name in files if not _ignored(here / name)):
            if file.suffix not in {".png", ".gif", ".ico", ".woff2"}:
                yield file.as_posix(), (REPOSITORY / file).read_text(encoding="utf-8")


def _read(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def _pins(text: str) -> dict[str, str]:
    """The pinned version of each package of a requirements file."""
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", text, re.MULTILINE))


def _unhashed(text: str) -> list[str]:
    """The packages of a requirements file that lack a hash or a version."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())
    return [entry.split()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds_what_must_stay_out(what: str) -> None:
    assert FORBIDDEN[what].search(PLANTED[what])
    assert [path for path, text in _texts() if FORBIDDEN[what].search(text)] == []


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_dependency_is_pinned_with_its_hashes(file: str) -> None:
    assert _unhashed("a==1 \\\n    --hash=sha256:0\nb==2\nc \\\n    --hash=sha256:0\n") == ["b==2", "c"]
    assert _pins(_read(file))
    assert _unhashed(_read(file)) == []


def test_both_requirements_files_pin_the_same_versions() -> None:
    assert _pins(_read("requirements.txt")).items() <= _pins(_read("requirements-dev.txt")).items()


def test_the_pins_are_what_the_project_asks_for() -> None:
    project = tomllib.loads(_read("pyproject.toml"))
    groups = project["dependency-groups"]
    asked = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(line for group in groups.values() for line in group if isinstance(line, str)),
    ]
    pins = _pins(_read("requirements-dev.txt"))
    assert [
        line for line in asked if not Requirement(line).specifier.contains(pins[Requirement(line).name])
    ] == []


def test_every_make_target_that_the_documents_name_exists_and_help_lists_it() -> None:
    documents = [text for path, text in _texts() if path.endswith(".md")]
    named = {target for text in documents for target in re.findall(r"\bmake ([a-z]+)[`\n]", text)}
    assert {"setup", "rehearse", "test", "check"} <= named
    assert named <= set(re.findall(r"^([a-z]+):.*## \S", _read("Makefile"), re.MULTILINE))


def test_the_licence_and_the_list_of_changes_are_there() -> None:
    assert _read("LICENSE").startswith(
        "MIT License\n\nCopyright (c) 2026 The Action Learning Bot contributors\n"
    )
    assert re.search(r"^## \[Unreleased\]$", _read("CHANGELOG.md"), re.MULTILINE)


def test_ci_can_be_run() -> None:
    assert os.access(REPOSITORY / ".ci" / "run", os.X_OK)


def test_no_test_excuses_itself() -> None:
    excuse = re.compile(r"pytest[.](mark[.])?(skip|xfail)|import[o]rskip")
    assert excuse.search("@pytest.mark." + "skipif(True)")
    tests = [(path, text) for path, text in _texts() if path.startswith("tests/")]
    assert [path for path, text in tests if excuse.search(text)] == []

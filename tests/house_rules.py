"""The rules of this house that no ready-made linter knows: which room may import which, and who may do what.

Each rule reads one file and returns its violations as `path:line: sentence`. `make check` runs them all with
`python -m tests.house_rules`; `tests/test_architecture.py` proves that every rule catches what it is for.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent

EVERYTHING = "everything"
ROOMS: dict[str, frozenset[str] | str] = {
    "domain": frozenset(),
    "vault": frozenset(),
    "slack_answers": frozenset(),
    "directory": frozenset({"domain", "slack_answers"}),
    "logs": frozenset({"slack_answers"}),
    "metrics": frozenset({"storage"}),
    "outgoing": frozenset(),
    "prompt_library": frozenset({"domain"}),
    "surfaces": frozenset({"domain", "outgoing", "prompt_library"}),
    "storage": frozenset({"domain", "outgoing", "vault"}),
    "command_handler": frozenset(
        {"domain", "logs", "metrics", "outgoing", "prompt_library", "surfaces", "storage"}
    ),
    "queries": frozenset({"directory", "domain", "prompt_library", "surfaces", "storage"}),
    "install": frozenset(
        {"outgoing", "prompt_library", "slack_answers", "storage", "surfaces", "workspaces"}
    ),
    "workspaces": frozenset({"slack_answers", "storage", "vault"}),
    "lifecycle": frozenset({"command_handler", "directory", "domain", "logs", "slack_answers", "storage"}),
    "listeners": frozenset(
        {
            "command_handler",
            "directory",
            "domain",
            "lifecycle",
            "logs",
            "metrics",
            "outgoing",
            "privacy",
            "prompt_library",
            "queries",
            "slack_answers",
            "surfaces",
        }
    ),
    "privacy": frozenset({"command_handler", "domain", "outgoing", "prompt_library", "storage", "surfaces"}),
    "sender": frozenset({"domain", "logs", "metrics", "outgoing", "slack_answers", "storage"}),
    "clock": frozenset({"domain", "logs", "metrics", "storage"}),
    "doors": frozenset({"metrics", "starting"}),
    "health": frozenset({"metrics", "storage"}),
    "starting": frozenset({"slack_answers"}),
    "running": frozenset({"clock", "doors", "sender", "starting", "storage"}),
    "rehearsal": frozenset(),
    "settings": frozenset({"vault"}),
    "app_manifest": frozenset({"doors", "install", "settings", "starting"}),
    "connecting": frozenset({"app_manifest", "install", "settings", "starting", "storage", "workspaces"}),
    "doctor": EVERYTHING,
    "bootstrap": EVERYTHING,
    "backstage": EVERYTHING,
    "data_commands": EVERYTHING,
    "rehearse": EVERYTHING,
    "rehearse_page": EVERYTHING,
    "__main__": EVERYTHING,
}
"""What each room of `bot/` may import of ours, besides itself. A room not named here may not exist."""

SLACK = frozenset({"slack_bolt", "slack_sdk"})
SQL = frozenset({"aiosqlite", "alembic", "psycopg", "sqlalchemy", "sqlite3"})
IMPURE = frozenset(
    {"asyncio", "logging", "os", "random", "secrets", "socket", "subprocess", "threading", "time"}
)
FOREIGN = {"prompt_library": SLACK | SQL, "storage": SLACK, "surfaces": SQL | {"slack_bolt"}}
"""What some rooms may not import of others' packages. The domain has the standard library alone, and less."""

TIME_READERS = frozenset(
    {
        "datetime.date.today",
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "sqlalchemy.func.current_timestamp",
        "sqlalchemy.func.localtimestamp",
        "sqlalchemy.func.now",
        "time.ctime",
        "time.gmtime",
        "time.localtime",
        "time.time",
        "time.time_ns",
    }
)
LOG_METHODS = frozenset({"critical", "debug", "error", "exception", "info", "log", "warning"})

Rule = Callable[[str, str], list[str]]


def imports_between_rooms(path: str, source: str) -> list[str]:
    """A room imports only the rooms that `ROOMS` grants it."""
    room = _room(path)
    if room == "__init__":
        return [
            _at(path, node, "bot/__init__.py imports nothing of ours") for node, _ in _imports_of_ours(source)
        ]
    if room not in ROOMS:
        return [f"{path}:1: {room} is not a room of this house; name it in ROOMS with what it may import"]
    allowed = ROOMS[room]
    return [
        _at(path, node, f"{room} may not import {other}")
        for node, other in _imports_of_ours(source)
        if not (isinstance(allowed, str) or other == room or other in allowed)
    ]


def foreign_imports(path: str, source: str) -> list[str]:
    """The domain is pure; Slack stays out of storage, and SQL out of what members see."""
    room = _room(path)
    return [
        _at(path, node, f"{room} may not import {module}")
        for node, module in _imports(source)
        if _is_foreign(room, module.split(".")[0])
    ]


def purity_of_the_domain(path: str, source: str) -> list[str]:
    """Nothing in the domain waits."""
    waits = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    if _room(path) != "domain":
        return []
    return [_at(path, node, "the domain never awaits") for node in _walk(source) if isinstance(node, waits)]


def only_the_unit_of_work_commits(path: str, source: str) -> list[str]:
    """One command is one transaction, so one place ends it. `begin()` commits when its block ends."""
    if path == "bot/storage/unit_of_work.py":
        return []
    calls = [
        node
        for node in _walk(source)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"begin", "commit"}
    ]
    statements = [node for node, text in _strings(source) if text.strip().rstrip(";").upper() == "COMMIT"]
    return [_at(path, node, "only bot/storage/unit_of_work.py commits") for node in [*calls, *statements]]


def only_the_sender_changes_slack(path: str, source: str) -> list[str]:
    """Messages leave through the outbox; Bolt's `say` and `respond` would go around it."""
    if _room(path) in {"sender", "rehearsal"}:
        return []
    methods = [
        node
        for node in _walk(source)
        if isinstance(node, ast.Attribute) and node.attr.startswith(("chat_", "pins_", "reactions_"))
    ]
    shortcuts = [
        node for node in _walk(source) if isinstance(node, ast.arg) and node.arg in {"say", "respond"}
    ]
    names = [
        node for node, text in _strings(source) if re.fullmatch(r"(chat|pins|reactions)\.[a-zA-Z]+", text)
    ]
    return [_at(path, node, "only the sender changes Slack") for node in [*methods, *shortcuts, *names]]


def only_the_clock_reads_the_time(path: str, source: str) -> list[str]:
    """Everything else is given the time, so that a rehearsal and a test can move it."""
    if _room(path) == "clock" or path == "bot/rehearsal/clock.py":
        return []
    names = _imported_names(source)
    readers = [node for node in _walk(source) if _dotted(node, names) in TIME_READERS]
    statements = [
        node for node, text in _strings(source) if text.strip().upper() in {"NOW()", "CURRENT_TIMESTAMP"}
    ]
    return [_at(path, node, "only the clock reads the time") for node in [*readers, *statements]]


def no_import_inside_a_function(path: str, source: str) -> list[str]:
    """A hidden import is the sign of two rooms that need each other."""
    functions = [node for node in _walk(source) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    hidden = {
        node
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    names = _imported_names(source)
    dynamic = {
        node for node in _walk(source) if _dotted(node, names) in {"__import__", "importlib.import_module"}
    }
    return [_at(path, node, "imports stand at the head of the file") for node in [*hidden, *dynamic]]


def no_print(path: str, source: str) -> list[str]:
    """Only the command line and the rehearsal's terminal speak to a terminal; the rest has a logger."""
    if path in {"bot/__main__.py", "bot/rehearsal/terminal.py"}:
        return []
    return [_at(path, node, "print is for the terminal") for node in _walk(source) if _is_name(node, "print")]


def no_bare_set(path: str, source: str) -> list[str]:
    """People have a `LearningSet`; a set is Python's."""
    return [
        _at(path, node, "say LearningSet")
        for node in _walk(source)
        if isinstance(node, ast.ClassDef) and node.name == "Set"
    ]


def no_formatted_log_message(path: str, source: str) -> list[str]:
    """The message of a log line is constant; what varies are its arguments, which are ids."""
    return [
        _at(path, node, "give a log line its ids as arguments")
        for node in _walk(source)
        if isinstance(node, ast.Call) and _is_log_call(node.func) and any(map(_is_formatted, node.args))
    ]


RULES: tuple[Rule, ...] = (
    imports_between_rooms,
    foreign_imports,
    purity_of_the_domain,
    only_the_unit_of_work_commits,
    only_the_sender_changes_slack,
    only_the_clock_reads_the_time,
    no_import_inside_a_function,
    no_print,
    no_bare_set,
    no_formatted_log_message,
)


def cycle_of_imports(sources: dict[str, str]) -> list[str]:
    """The modules of one import cycle, if there is one; `sources` has texts by path."""
    modules = {_module(path): source for path, source in sources.items()}
    graph = {
        name: {
            target
            for _, target in _imports(source)
            if target in modules and not name.startswith(f"{target}.")
        }
        for name, source in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def sources() -> dict[str, str]:
    """Every Python file of `bot/`, text by path."""
    files = sorted((REPOSITORY / "bot").rglob("*.py"))
    return {file.relative_to(REPOSITORY).as_posix(): file.read_text(encoding="utf-8") for file in files}


def violations() -> list[str]:
    """Everything in the tree that breaks a rule."""
    found = [line for path, source in sources().items() for rule in RULES for line in rule(path, source)]
    cycle = cycle_of_imports(sources())
    return [*dict.fromkeys(found), *([f"import cycle: {' -> '.join(cycle)}"] if cycle else [])]


@cache
def _parse(source: str) -> ast.Module:
    return ast.parse(source)


def _walk(source: str) -> Iterator[ast.AST]:
    return ast.walk(_parse(source))


def _at(path: str, node: ast.AST, sentence: str) -> str:
    return f"{path}:{getattr(node, 'lineno', 1)}: {sentence}"


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _room(path: str) -> str:
    return path.split("/")[1].removesuffix(".py")


def _imports(source: str) -> Iterator[tuple[ast.AST, str]]:
    """Every imported module and, as it may be one too, every imported name, dotted."""
    for node in _walk(source):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield node, module
            yield from ((node, f"{module}.{alias.name}") for alias in node.names)


def _imports_of_ours(source: str) -> Iterator[tuple[ast.AST, str]]:
    for node, module in _imports(source):
        first, _, rest = module.partition(".")
        room = rest.split(".")[0]
        if first == "bot" and room and not (room.startswith("__") and room != "__main__"):
            yield node, room
        elif not first:
            yield node, "by a relative name"


def _is_foreign(room: str, package: str) -> bool:
    if room != "domain":
        return package in FOREIGN.get(room, frozenset())
    return package in IMPURE | SQL or (package != "bot" and package not in sys.stdlib_module_names)


def _imported_names(source: str) -> dict[str, str]:
    """What each imported name of a file stands for, dotted and whole."""
    names: dict[str, str] = {}
    for node in _walk(source):
        if isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _dotted(node: ast.AST, names: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, names)}.{node.attr}"
    return ""


def _strings(source: str) -> Iterator[tuple[ast.AST, str]]:
    for node in _walk(source):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node, node.value


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_log_call(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute) or function.attr not in LOG_METHODS:
        return False
    return re.search(r"(^|[._])log(ger|ging)?\b", ast.unparse(function.value), re.IGNORECASE) is not None


def _is_formatted(argument: ast.expr) -> bool:
    """An f-string, `"..." % x`, `"..." + x` or `"...".format(x)`."""
    called = argument.func if isinstance(argument, ast.Call) else None
    return isinstance(argument, ast.JoinedStr | ast.BinOp) or (
        isinstance(called, ast.Attribute) and called.attr == "format"
    )


if __name__ == "__main__":
    found = violations()
    sys.stdout.write(
        "".join(f"{line}\n" for line in found) or f"House rules kept in {len(sources())} files.\n"
    )
    sys.exit(bool(found))

"""On what was measured."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("slack-bolt", "aiohttp", "sqlalchemy", "psycopg")


def described() -> str:
    """The machine and what runs on it, in one line."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    system = f"{platform.system()} {platform.release()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} x {_processor()}, {_memory()}, {system}, {python}, {libraries}"


def processor_ticks() -> tuple[float, float]:
    """Of all processors since the machine began: those with work, and all; 0 where no Linux tells them."""
    found = re.search(r"^cpu +(.+)$", _read("/proc/stat"), re.MULTILINE)
    user, nice, system, idle, waiting, *interrupts = map(float, found[1].split()) if found else [0.0] * 5
    busy = user + nice + system + sum(interrupts[:3])
    return busy, busy + idle + waiting


def _processor() -> str:
    found = re.search(r"^model name\s*: (.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
    return found[1] if found else platform.machine()


def _memory() -> str:
    found = re.search(r"^MemTotal:\s+(\d+) kB", _read("/proc/meminfo"), re.MULTILINE)
    return f"{int(found[1]) / 1024**2:.0f} GiB" if found else "memory unknown"


def _read(path: str) -> str:
    file = Path(path)
    return file.read_text(encoding="utf-8") if file.exists() else ""

"""What every measurement prints: where and how it was taken, then rows."""

from __future__ import annotations

import os
import platform
import shlex
import sys
from datetime import date
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("faster-whisper", "ctranslate2", "openai-whisper", "torch", "pywhispercpp", "av", "numpy")


def heading(title: str, *notes: str) -> None:
    """Title, then date, command, machine with its load, versions, and each note as a line of its own."""
    arguments = shlex.join(sys.argv[1:])
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    print(f"\n### {title}\n")
    print(
        f"{date.today()}, `python -m bench.speech {arguments}`; {os.cpu_count()} cores, {processor()}{load};"
    )
    print(f"Python {platform.python_version()}, {', '.join(versions())}.\n")
    for note in notes:
        print(f"{note}  ")
    print(flush=True)


def versions() -> list[str]:
    out: list[str] = []
    for name in PACKAGES:
        try:
            out.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            out.append(f"{name} not installed")
    return out


def processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - not a file of ours
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def header(*columns: str) -> None:
    row(*columns)
    print("|" + " --- |" * len(columns), flush=True)


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)

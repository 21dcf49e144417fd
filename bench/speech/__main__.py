"""``python -m bench.speech COMMAND``; see ``bench.speech``."""

from __future__ import annotations

import argparse
import os
from importlib import import_module
from pathlib import Path

from bench.speech.systems import SYSTEMS

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PREREAD_SHARED", ROOT.parent / "shared"))


def parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--models", type=Path, default=Path.home() / ".cache/preread/models")
    common.add_argument("--shared", type=Path, default=SHARED)
    common.add_argument("--threads", type=int, default=2)
    common.add_argument("--model", help="whisper size, a faster-whisper-SIZE in the folder of models")
    common.add_argument(
        "--system", action="append", choices=list(SYSTEMS), help="these alone; may be repeated"
    )
    top = argparse.ArgumentParser(prog="bench.speech", description="Speech, measured.")
    commands = top.add_subparsers(dest="command", required=True)

    def command(name: str, model: str = "base") -> argparse.ArgumentParser:
        sub = commands.add_parser(name, parents=[common])
        sub.set_defaults(model=model)
        return sub

    peers = command("peers")
    peers.add_argument("--minutes", type=float, default=15.0, help="of recordings, at most")
    peers.add_argument("--rounds", type=int, default=1)
    command("words")
    command("diarization").add_argument("--diarizer", default="auto")
    command("repeat").add_argument("--times", type=int, default=5)
    loops = command("loops")
    loops.add_argument("--minutes", type=float, default=10.0, help="of each sound")
    loops.add_argument("--plain-seconds", type=float, default=60.0, help="of each sound, for the others")
    memory = command("memory", model="tiny.en")
    memory.add_argument("--minutes", type=float, default=10.0, help="of the short recording")
    memory.add_argument("--hours", type=float, default=3.0, help="of the long one")
    return top


def main() -> None:
    options = parser().parse_args()
    import_module(f"bench.speech.{options.command}").run(options)


if __name__ == "__main__":
    main()

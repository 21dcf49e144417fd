"""The command line: `preread COMMAND …`, as the contract has it.

Exit codes: 0 done, 1 a failure of the program, 2 bad usage or input, 3 some files were rejected. Errors are
one line on stderr;
`--debug` adds the traceback. With ``--json`` nothing but JSON goes to stdout.
"""

from __future__ import annotations

import sys
import traceback

import click

from api.cli.commands import COMMANDS


class Lazy(click.Group):
    """Commands are imported when they are used: the start stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from importlib import import_module

        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        found: click.Command = getattr(import_module(f"api.cli.{module}"), name)
        return found


@click.group(cls=Lazy, no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show tracebacks and log to stderr.")
@click.version_option(package_name="preread")
def cli(debug: bool) -> None:
    """Turns the record of a closed deal into a cited retro pre-read that people edit."""
    import logging

    logging.basicConfig(level=logging.INFO if debug else logging.CRITICAL, stream=sys.stderr)


def main(arguments: list[str] | None = None) -> None:
    """The entry point. Always exits."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    # wherever it stands
    ordered = ["--debug"] * debug + [a for a in given if a != "--debug"]
    try:
        code = cli.main(ordered, prog_name="preread", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.ClickException as error:
        _say(f"{error.format_message()} (see preread --help)")
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        _say("stopped; what was finished is kept, and the same command goes on from there")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        sys.exit(_failed(error, debug))


def _failed(error: Exception, debug: bool) -> int:
    from api.errors import OURS, exit_code, line, translate

    ours = translate(error)
    if debug:
        traceback.print_exception(error)
    if isinstance(ours, OURS):
        _say(line(ours))
    else:
        _say(
            f"internal error: {type(ours).__name__}: {line(ours)}: "
            "run it again with --debug and report what it says"
        )
    return exit_code(ours)


def _say(text: str) -> None:
    print(f"preread: {text}", file=sys.stderr)

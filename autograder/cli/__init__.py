"""The command `heldout`: each command is loaded only when it is called."""

from __future__ import annotations

import importlib
import sys
from importlib import metadata

import click

from autograder.assignment import AssignmentError
from autograder.seeds import SeedError

_COMMANDS = {
    "grade": "autograder.cli.grade:grade",
    "new": "autograder.cli.new:new",
    "release": "autograder.cli.release:release",
    "validate": "autograder.cli.validate:validate",
    "replay": "autograder.cli.replay:replay",
    "check": "autograder.cli.check:check",
    "similarity": "autograder.cli.similarity:similarity",
    "doctor": "autograder.cli.doctor:doctor",
}


class _Commands(click.Group):
    """Our own commands and those that other packages register as `heldout.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*_COMMANDS, *_registered().names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _COMMANDS:
            module, attribute = _COMMANDS[cmd_name].split(":")
            command = getattr(importlib.import_module(module), attribute)
        elif cmd_name in _registered().names:
            command = _registered()[cmd_name].load()
        else:
            return None
        assert isinstance(command, click.Command)
        return command


def _registered() -> metadata.EntryPoints:
    return metadata.entry_points(group="heldout.commands")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="heldout", prog_name="heldout")
def group() -> None:
    """Heldout grades deep-learning notebooks on held-out checks."""


def main() -> None:
    """Run the command line; a known error is one sentence and exit status 2."""
    try:
        group()
    except (AssignmentError, SeedError) as error:
        click.echo(f"heldout: {error}", err=True)
        sys.exit(2)

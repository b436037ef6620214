"""The command `heldout`: each command is loaded only when it is called, and none to list them."""

from __future__ import annotations

import importlib
import sys
from importlib import metadata

import click

from autograder.assignment import AssignmentError
from autograder.cli.summaries import docstring_of
from autograder.seeds import SeedError

# Between the margin, a command's name and what it does.
_GAPS = 6

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
        return sorted(_targets())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        target = _targets().get(cmd_name)
        return None if target is None else _load(target)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click lists them, but from their docstrings."""
        targets = _targets()
        room = formatter.width - _GAPS - max(map(len, targets))
        listed = [(name, _listed(targets[name])) for name in sorted(targets)]
        rows = [(name, each.get_short_help_str(room)) for name, each in listed if not each.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _targets() -> dict[str, str]:
    """Where each command is; nobody registers another in place of ours."""
    registered = metadata.entry_points(group="heldout.commands")
    return {**{each.name: each.value for each in registered}, **_COMMANDS}


def _load(target: str) -> click.Command:
    module, _, attribute = target.partition(":")
    command = getattr(importlib.import_module(module), attribute)
    assert isinstance(command, click.Command)
    return command


def _listed(target: str) -> click.Command:
    """The command as far as the list shows it."""
    text = docstring_of(target)
    return _load(target) if text is None else click.Command(None, help=text)


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

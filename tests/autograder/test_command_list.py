"""`heldout --help` runs no command's module, and says what each command says of itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from autograder import cli
from autograder.cli.summaries import docstring_of

HEAVY = {"webapp", "reference", "numpy", "flask", "sqlalchemy", "rich", "msgspec", "nbformat"}
LISTING = {"autograder.assignment", "autograder.cli", "autograder.cli.summaries"}
LISTING |= {"autograder", "autograder.seeds"}


def imported_by(*arguments: str) -> set[str]:
    """The modules that the command line has imported when it ends."""
    program = (
        "import atexit, sys; from autograder.cli import main;"
        "atexit.register(lambda: print('modules', *sys.modules, file=sys.stderr)); main()"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    [line] = [line for line in done.stderr.splitlines() if line.startswith("modules ")]
    return set(line.split()[1:])


def test_the_list_of_commands_imports_none_of_them() -> None:
    found = imported_by("--help")
    assert not HEAVY & found
    assert {name for name in found if name.split(".")[0] == "autograder"} == LISTING


def test_the_help_of_a_command_imports_no_other() -> None:
    found = imported_by("doctor", "--help")
    assert "autograder.cli.doctor" in found
    assert not {"webapp", "autograder.cli.grade", "autograder.cli.new"} & found


def listed(by: type[click.Group], width: int) -> str:
    """The list of commands as a group's class writes it."""
    assert isinstance(cli.group, click.Group)
    formatter = click.HelpFormatter(width=width)
    by.format_commands(cli.group, click.Context(cli.group), formatter)
    return formatter.getvalue()


@pytest.mark.parametrize("width", [60, 80, 300])
def test_the_list_is_what_click_makes_of_the_commands_themselves(width: int) -> None:
    assert listed(type(cli.group), width) == listed(click.Group, width)


def test_every_command_is_listed_from_its_docstring() -> None:
    targets = cli._targets()
    assert {"grade", "serve", "import"} <= set(targets)
    assert [name for name, target in targets.items() if docstring_of(target) is None] == []


def test_commands_that_say_it_otherwise_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "elsewhere"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('the list ran a package')\n")
    (package / "inner" / "__init__.py").write_text(
        'import click\n@click.command()\ndef plain():\n    """Plain.\n\n    And more."""\n'
    )
    (tmp_path / "spoken.py").write_text(
        "import click\n"
        '@click.command(help="By an option.")\ndef option():\n    """A docstring."""\n'
        '@click.command(hidden=True)\ndef unseen():\n    """Hidden."""\n'
        'made = click.Command("made", help="By hand.")\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(cli, "_COMMANDS", {"plain": "elsewhere.inner:plain"})
    rows = [line.split() for line in listed(type(cli.group), 80).splitlines()]
    assert ["plain", "Plain."] in rows
    spoken = {name: f"spoken:{name}" for name in ("option", "unseen", "made")}
    monkeypatch.setattr(cli, "_COMMANDS", spoken)
    found = listed(type(cli.group), 80)
    assert found == listed(click.Group, 80)
    assert "By an option." in found
    assert "By hand." in found
    assert "unseen" not in found

"""`heldout check`: what a student runs at home, the public tests and nothing else."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import click

from autograder.assignment import Limits
from autograder.cli.doctor import refuse_without_sandbox
from autograder.grading.execution import Execution
from autograder.results import CellOutput
from autograder.sandbox.outside_launch import Sandbox, SandboxError
from autograder.sandbox.outside_mounts import MountError
from autograder.submitted.notebook import Notebook, NotebookRejected, parse_notebook

_PACKAGES = ("numpy", "matplotlib", "torch")
_AT_HOME = Limits(cell_seconds=60, total_seconds=600, memory_mb=4096)


@click.command()
@click.argument("notebook", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(notebook: Path) -> None:
    """Run NOTEBOOK from top to bottom and say which of its public tests pass.

    The points come from other, hidden checks. Exit status 1 when a public test or a cell fails.
    """
    try:
        parsed = parse_notebook(notebook.read_bytes())
    except NotebookRejected as rejection:
        raise click.UsageError(str(rejection)) from None
    refuse_without_sandbox()
    try:
        cells = _run(parsed, notebook.resolve().parent)
    except (SandboxError, MountError) as error:
        raise click.ClickException(str(error)) from None
    if not _report(parsed, cells):
        sys.exit(1)


def _run(notebook: Notebook, folder: Path) -> tuple[CellOutput, ...]:
    packages = [name for name in _PACKAGES if _uses(notebook, name)]
    with Sandbox(packages, files=_files(notebook, folder)) as sandbox:
        execution = Execution(sandbox, notebook, _AT_HOME)
        try:
            execution.run_cells()
        finally:
            execution.close()
        return execution.cells


def _uses(notebook: Notebook, package: str) -> bool:
    if not any(package in cell.source for cell in notebook.code_cells):
        return False
    try:
        metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _files(notebook: Notebook, folder: Path) -> dict[str, Path]:
    """The data beside the notebook that its code speaks of."""
    code = "\n".join(cell.source for cell in notebook.code_cells)
    return {path.name: path for path in folder.iterdir() if path.is_file() and path.name in code}


def _report(notebook: Notebook, cells: tuple[CellOutput, ...]) -> bool:
    results = {cell.cell_index: cell for cell in cells}
    failed = False
    for number, cell in enumerate(notebook.code_cells, 1):
        result = results[cell.index]
        is_test = (cell.grade_id or "").endswith("_test")
        if result.ok and not is_test:
            continue
        name = f"public test {cell.grade_id}" if is_test else f"cell {number}"
        if result.ok:
            click.echo(f"{click.style('passed', fg='green')}  {name}")
            continue
        failed = True
        click.echo(f"{click.style('failed', fg='red')}  {name}")
        click.echo("".join(f"        {line}\n" for line in result.error.splitlines()), nl=False)
    click.echo("Public tests only: the points come from hidden checks.")
    return not failed

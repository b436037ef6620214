"""`heldout doctor`: which layers of the sandbox this host gives."""

from __future__ import annotations

import sys

import click

from autograder.sandbox.outside_host import Layer, examine, preflight


class NoSandbox(click.ClickException):
    """This host cannot hold student code: a fault of ours, with the contract's status."""

    exit_code = 3


@click.command()
def doctor() -> None:
    """Say which layers of the sandbox this host gives; exit status 1 where a needed one lacks."""
    layers = examine()
    for layer in layers:
        click.echo(f"{_mark(layer)}  {layer.name}: {layer.detail}")
    if not all(layer.holds for layer in layers if layer.essential):
        sys.exit(1)
    click.echo("This host can grade.")


def _mark(layer: Layer) -> str:
    if layer.holds:
        return click.style("ok     ", fg="green")
    return click.style("MISSING", fg="red" if layer.essential else "yellow")


def refuse_without_sandbox() -> None:
    """End the command with one sentence when this host cannot hold student code."""
    for layer in preflight():
        if not layer.holds:
            raise NoSandbox(f"refusing to grade without a sandbox: {layer.detail}")

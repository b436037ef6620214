"""The start-up check: what a host lacks is one sentence with the way to mend it, and no grade."""

import pytest
from click.testing import CliRunner

from autograder.cli import group
from autograder.sandbox import outside_host
from autograder.sandbox.outside_launch import SandboxError

OFF = "bwrap: setting up uid map: Permission denied"


def run(*words: str):
    return CliRunner().invoke(group, list(words))


@pytest.fixture
def host(monkeypatch, tmp_path):
    """A host on which bubblewrap may not start, with kernel settings of the test's choice."""

    def make(complaint: str = OFF, **settings: str) -> None:
        monkeypatch.setattr(outside_host, "_try_bubblewrap", lambda: complaint)
        for name in ("_APPARMOR", "_USERNS_CLONE", "_MAX_USERNS"):
            path = tmp_path / name
            path.unlink(missing_ok=True)
            if name in settings:
                path.write_text(settings[name] + "\n")
            monkeypatch.setattr(outside_host, name, path)

    return make


def test_a_host_that_gives_every_layer_can_grade():
    done = run("doctor")
    assert done.exit_code == 0, done.output
    assert done.output.endswith("This host can grade.\n")
    assert "MISSING" not in done.output
    assert "confinement: no network, host files, secrets, privileges" in done.output


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({"_USERNS_CLONE": "0"}, "sysctl kernel.unprivileged_userns_clone=1"),
        ({"_MAX_USERNS": "0"}, "sysctl user.max_user_namespaces=10000"),
        ({"_APPARMOR": "1"}, "sysctl kernel.apparmor_restrict_unprivileged_userns=0"),
        ({"_USERNS_CLONE": "1", "_MAX_USERNS": "9", "_APPARMOR": "0"}, "In a container"),
        ({}, "In a container, allow user namespaces, or grade on the host"),
    ],
)
def test_namespaces_that_may_not_be_built_are_told_with_the_fix(host, settings, fix):
    host(**settings)
    done = run("doctor")
    assert done.exit_code == 1
    assert f"MISSING  namespaces: {OFF}" in done.output
    assert fix in done.output
    assert "can grade" not in done.output


def test_a_host_without_linux_is_told_at_once(monkeypatch):
    monkeypatch.setattr(outside_host.platform, "system", lambda: "Darwin")
    done = run("doctor")
    assert done.exit_code == 1
    assert "MISSING  Linux: grading needs Linux namespaces, this is Darwin" in done.output


def test_a_host_without_bubblewrap_is_told_what_to_install(monkeypatch):
    def missing() -> str:
        raise SandboxError("bubblewrap is not installed: install the package bubblewrap")

    monkeypatch.setattr(outside_host, "bubblewrap", missing)
    done = run("doctor")
    assert done.exit_code == 1
    assert "MISSING  bubblewrap: bubblewrap is not installed" in done.output


def test_a_layer_that_does_not_hold_inside_is_named(monkeypatch):
    probe = outside_host._PROBE.replace("os.getpid() == 1", "False")
    monkeypatch.setattr(outside_host, "_PROBE", probe)
    done = run("doctor")
    assert done.exit_code == 1
    assert "MISSING  confinement: does not hold inside: processes" in done.output


@pytest.mark.parametrize("command", ["grade", "validate", "check"])
def test_nothing_runs_without_a_sandbox(host, tmp_path, command):
    host(_MAX_USERNS="0")
    notebook = tmp_path / "a01_perceptron.ipynb"
    notebook.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    records = tmp_path / "records.json"
    words = {
        "grade": ["a01_perceptron", str(notebook), "--json", str(records)],
        "validate": ["a01_perceptron"],
        "check": [str(notebook)],
    }
    done = run(command, *words[command])
    assert done.exit_code == 3
    assert "refusing to grade without a sandbox" in done.output
    assert "user.max_user_namespaces" in done.output
    assert not records.exists()

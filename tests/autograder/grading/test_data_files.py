"""What crosses into a submission besides calls: its data files, and its own objects coming back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli.check import check
from autograder.sandbox.outside_launch import Sandbox
from tests.autograder.boundary import PLENTY, opened, run
from tests.autograder.uploads import cell, upload


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(("numpy",), ("numpy",)) as warm:
        warm.wait_until_ready()
        yield warm


def test_declared_files_lie_in_the_working_directory_for_reading_only(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("1,2\n", encoding="utf-8")
    (tmp_path / "deep.txt").write_text("deep\n", encoding="utf-8")
    (tmp_path / "checks.py").write_text("secret\n", encoding="utf-8")
    files = {"rows.csv": tmp_path / "rows.csv", "data/more/deep.txt": tmp_path / "deep.txt"}
    with Sandbox((), ("numpy",), files=files) as warm:
        for _ in range(2):
            with opened(warm) as session:
                assert run(session, "print(open('rows.csv').read())") == "1,2"
                assert run(session, "print(open('data/more/deep.txt').read())") == "deep"
                found = "import os; print(sorted(os.listdir('.') + os.listdir('/heldout/files')))"
                assert run(session, found) == "['data', 'data', 'rows.csv', 'rows.csv']"
                reply = session.run_cell("open('rows.csv', 'w')", 1, seconds=PLENTY, limit=0)
                assert reply.raised is not None
                assert reply.raised.type == "OSError"
                run(session, "import os; os.remove('rows.csv'); open('rows.csv', 'w').write('3')")
    assert (tmp_path / "rows.csv").read_text(encoding="utf-8") == "1,2\n"


@pytest.mark.parametrize("model", ["{'w': np.ones(3)}", "[1, [2]]", "(1, 2.5)", "None", "'a'"])
def test_plain_data_kept_inside_returns_as_the_same_object(sandbox: Sandbox, model: str) -> None:
    with opened(sandbox) as session:
        run(session, f"import numpy as np\ndef fit(model={model}):\n    return model")
        run(session, "kept = fit()\ndef ask(model, x):\n    return model is kept and x == 3")
        reply = session.call("fit", (), {}, seconds=PLENTY, keep=True)
        answer = session.call("ask", (reply.value, 3), {}, seconds=PLENTY)
        assert (answer.value, answer.changed) == (True, ())


def test_check_at_home_finds_the_files_beside_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("1,2\n", encoding="utf-8")
    notebook = tmp_path / "work.ipynb"
    notebook.write_bytes(upload(cell("assert open('rows.csv').read() == '1,2\\n'")))
    assert CliRunner().invoke(check, [str(notebook)]).exit_code == 0
    notebook.write_bytes(upload(cell("open('other.csv')")))
    assert CliRunner().invoke(check, [str(notebook)]).exit_code == 1

"""A module or magic that is not there costs the statement that needs it, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from autograder.sandbox.outside_launch import Sandbox
from autograder.sandbox.outside_replies import Lack, read_cell
from autograder.sandbox.outside_session import Session
from tests.autograder.boundary import PLENTY, opened, run, warmed


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    yield from warmed()


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[Session]:
    with opened(sandbox) as session:
        yield session


def lacks(session: Session, source: str, number: int = 1) -> list[tuple[int, str, str]]:
    """What a cell went on without; it must not stop."""
    reply = session.run_cell(source, number, seconds=PLENTY, limit=0)
    assert reply.raised is None, reply.raised
    return [(lack.line, lack.kind, lack.name) for lack in reply.lacking]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "x = 1\nfrom google.colab import drive\ndrive.mount('/content')\nleft = 1",
            [(2, "module", "google"), (3, "name", "drive")],
        ),
        ("import seaborn as sns\nsns.set()\nleft = 1", None),
        ("import importlib\nm = importlib.import_module('nope')\nm.f()\nleft = 1", None),
        ("def load():\n    import nope\nd = load()\nd.x\nleft = 1", None),
        ("from nope import *\nset_up()\nleft = 1", None),
        ("from numpy import no_such_function\nleft = 1", [(1, "module", "numpy.no_such_function")]),
        ("%load_ext tensorboard\nleft = 1", [(1, "module", "tensorboard")]),
        ("%tensorboard --logdir x\nleft = 1", [(1, "magic", "%tensorboard")]),
        ("a = %nothing\na.b\nleft = 1", [(1, "magic", "%nothing"), (2, "name", "a")]),
        ("get_ipython().run_line_magic('nope', '')\nleft = 1", [(1, "magic", "%nope")]),
        ("from nope import jit\n@jit\ndef f(): pass\nf()\nleft = 1", None),
        ("if True:\n    import nope\n    left = 1", [(2, "module", "nope")]),
        ("for i in [1]:\n    %nope\n    left = i", [(2, "magic", "%nope")]),
        ("try:\n    import nope\n    left = 1\nfinally:\n    pass", [(2, "module", "nope")]),
        ("%%time\nimport nope\nleft = 1", [(2, "module", "nope")]),
        ("%%capture\nimport nope\nleft = 1", [(2, "module", "nope")]),
        ("import nope, sys\nleft = 1", [(1, "module", "nope")]),
        (
            "%time import nope as n\nn.x\nleft = 1",
            [(1, "module", "nope"), (2, "name", "n")],
        ),
        (
            "import subprocess, sys\n"
            "subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'x'])\nleft = 1",
            [(2, "module", "pip")],
        ),
    ],
)
def test_the_rest_of_a_cell_runs(
    session: Session, source: str, expected: list[tuple[int, str, str]] | None
) -> None:
    found = lacks(session, source)
    assert found if expected is None else found == expected
    assert run(session, "print(left)") == "1"


def test_a_cell_magic_that_is_not_there_costs_its_cell(session: Session) -> None:
    assert lacks(session, "%%R\nx <- 1") == [(1, "magic", "%%R")]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import nope\n1 / 0\nleft = 1", "ZeroDivisionError"),
        ("import nope\nnowhere\nleft = 1", "NameError"),
        ("import nope\nopen('nope')\nleft = 1", "FileNotFoundError"),
        ("%cd nope\nraise KeyError\nleft = 1", "KeyError"),
        ("if True:\n    import nope\n    1 / 0\n    left = 1", "ZeroDivisionError"),
    ],
)
def test_any_other_error_stops_the_cell(session: Session, source: str, kind: str) -> None:
    reply = session.run_cell(source, 1, seconds=PLENTY, limit=0)
    assert reply.raised is not None
    assert reply.raised.type == kind
    assert run(session, "print('left' in globals())") == "False"


def test_what_a_notebook_handles_itself_is_left_to_it(session: Session) -> None:
    source = (
        "try:\n    import nope\n    there = True\nexcept ImportError:\n    there = False\n"
        "try:\n    if True:\n        import nope\n        there = True\nexcept ImportError: pass"
    )
    assert lacks(session, source) == []
    assert run(session, "print(there)") == "False"


def test_a_name_that_is_missing_for_it_says_so(session: Session) -> None:
    lacks(session, "x = 1\nimport seaborn as sns\ndef draw():\n    sns.set()", 3)
    reply = session.call("draw", (), {}, seconds=PLENTY)
    assert reply.raised is not None
    assert reply.raised.message == "name 'sns' is not defined"
    assert reply.raised.advice == "cell 3, line 2 needs `seaborn`, which is not here"
    assert session.call("sns", (), {}, seconds=PLENTY).why == reply.raised.advice


def test_a_name_that_a_star_may_have_brought_says_so(session: Session) -> None:
    lacks(session, "from helpers import *\ndef f():\n    return helper()")
    reply = session.call("f", (), {}, seconds=PLENTY)
    assert reply.raised is not None
    assert reply.raised.advice == "cell 1, line 1 needs `helpers`, which is not here"


def test_another_cell_goes_on_without_it_too(session: Session) -> None:
    lacks(session, "from google.colab import files")
    source = "up = files.upload()\nfirst = up[0]\nleft = 1"
    assert lacks(session, source, 2) == [(1, "name", "files"), (2, "name", "up")]
    assert run(session, "print(left)") == "1"


def test_a_name_of_a_newer_python_says_which(session: Session) -> None:
    reply = session.run_cell("import compression.zstd", 1, seconds=PLENTY, limit=0)
    [lack] = reply.lacking
    assert isinstance(lack, Lack)
    assert lack.advice.startswith("this needs Python 3.14, grading runs 3.")


@pytest.mark.parametrize("place", range(4))
def test_a_forged_report_of_what_lacks_says_nothing(place: int) -> None:
    forged: list[Any] = [3, "module", "torch", ""]
    forged[place] = np.arange(2.0)
    [*found] = read_cell({"lacking": [forged, [4, "module", "torch", ""]]}, limit=10).lacking
    assert [lack.line for lack in found][-1] == 4
    assert all(type(lack.advice) is str for lack in found)

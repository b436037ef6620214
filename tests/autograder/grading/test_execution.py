"""A notebook in the sandbox: faults stay with the cell or the function that made them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from autograder.assignment import Limits
from autograder.findings import Finding
from autograder.grading.execution import Execution
from autograder.results import Verdict
from autograder.sandbox.outside_launch import Sandbox
from autograder.submitted.notebook import parse_notebook
from tests.autograder.uploads import cell, upload

PLENTY = 60.0
ONE, TWO = "def one():\n    return 1", "def two():\n    return 2"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(("numpy",), ("numpy",)) as warm:
        warm.wait_until_ready()
        yield warm


@pytest.fixture
def execute(sandbox: Sandbox) -> Iterator[Any]:
    running: list[Execution] = []

    def start(*sources: str, keep_outputs: bool = True, **limits: float) -> Execution:
        limits = {"cell_seconds": PLENTY, "memory_mb": 256, **limits}
        notebook = parse_notebook(upload(*map(cell, sources)))
        execution = Execution(sandbox, notebook, Limits(**limits), keep_outputs=keep_outputs)
        running.append(execution)
        execution.run_cells()
        return execution

    yield start
    for execution in running:
        execution.close()


def value(execution: Execution, name: str, *arguments: Any, seconds: float = PLENTY) -> Any:
    reply = execution.call(name, arguments, {}, seconds=seconds)
    assert reply.raised is None, reply.raised
    return reply.value


def statuses(execution: Execution) -> list[str]:
    return [each.status for each in execution.cells]


def test_a_cell_that_raises_stops_only_itself(execute: Any) -> None:
    execution = execute(ONE, "1 / 0", "def (", "%no_such_magic", "raise SystemExit", TWO)
    assert statuses(execution) == ["ok", "error", "error", "error", "error", "ok"]
    assert (value(execution, "one"), value(execution, "two")) == (1, 2)


def test_a_cell_that_ends_the_process_stops_only_itself(execute: Any) -> None:
    execution = execute(ONE, "import os; os._exit(0)", TWO)
    assert statuses(execution) == ["ok", "crashed", "ok"]
    assert (value(execution, "one"), value(execution, "two")) == (1, 2)


def test_a_cell_that_does_not_end_stops_only_itself(execute: Any) -> None:
    execution = execute(ONE, "while True: pass", TWO, cell_seconds=1)
    assert statuses(execution) == ["ok", "timeout", "ok"]
    assert "did not end within 1 s" in execution.cells[1].error
    assert (value(execution, "one"), value(execution, "two")) == (1, 2)


def test_a_function_that_ends_the_process_leaves_the_others(execute: Any) -> None:
    execution = execute(ONE, "import os\ndef bad(): os._exit(3)")
    with pytest.raises(Finding) as found:
        value(execution, "bad")
    assert found.value.verdict is Verdict.ERROR
    assert value(execution, "one") == 1


def test_a_function_that_hangs_is_not_asked_twice(execute: Any) -> None:
    execution = execute(ONE, "def bad():\n    while True: pass")
    for seconds in (1.0, PLENTY):
        with pytest.raises(Finding) as found:
            value(execution, "bad", seconds=seconds)
        assert found.value.verdict is Verdict.TIMEOUT
        assert "within 1 s" in found.value.message
    assert value(execution, "one") == 1


HOARD = "import numpy as np\nhoard = []\n"
REFUSED = {
    # The kernel refuses, before the keeper may have looked, with most of the memory still held.
    "a hoard": f"{HOARD}for _ in range(220): hoard.append(bytearray(2**20))\nbytearray(10**12)",
    "nothing held": "bytearray(10**12)",
    "a race": f"{HOARD}while True: hoard.append(np.ones(2**17))",
}
NEEDY = "def needy():\n    return len(bytearray(128 * 2**20))"


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED.keys())
def test_a_cell_that_is_refused_memory_leaves_the_others_theirs(execute: Any, source: str) -> None:
    execution = execute(NEEDY, f"late = 1\n{source}", "def free():\n    return 'late' in globals()")
    assert statuses(execution) == ["ok", "memory", "ok"]
    assert value(execution, "needy") == 128 * 2**20
    assert value(execution, "free") is False, "as if the keeper had been first"


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED.keys())
def test_a_function_that_is_refused_memory_leaves_the_others_theirs(
    execute: Any, source: str
) -> None:
    body = source.replace("\n", "\n    ")
    execution = execute(NEEDY, f"def greedy():\n    global hoard\n    {body}")
    for _ in range(2):
        with pytest.raises(Finding) as found:
            value(execution, "greedy")
        assert found.value.verdict is Verdict.MEMORY
        assert value(execution, "needy") == 128 * 2**20
    assert execution.restarts == 1, "what ran out of memory is not asked twice"


def test_a_function_that_hangs_later_answers_first(execute: Any) -> None:
    source = "n = []\ndef third():\n    n.append(1)\n    while len(n) > 2: pass\n    return len(n)"
    execution = execute(source)
    assert [value(execution, "third"), value(execution, "third")] == [1, 2]
    with pytest.raises(Finding) as found:
        value(execution, "third", seconds=1)
    assert found.value.verdict is Verdict.TIMEOUT


def test_the_order_of_cells_does_not_matter(execute: Any) -> None:
    cells = ["d = c + 1", "c = b + 1", "b = a + 1", "a = 1\ndef last():\n    return d"]
    execution = execute(*cells)
    assert statuses(execution) == ["ok"] * 4
    assert value(execution, "last") == 4


def test_shuffled_cells_survive_a_restart(execute: Any) -> None:
    crash = "import os\ndef crash(): os._exit(1)"
    execution = execute("b = a + 1\ndef late():\n    return b", crash, "a = 1")
    with pytest.raises(Finding):
        value(execution, "crash")
    assert value(execution, "late") == 2


def test_a_name_that_is_nowhere_is_an_error_of_its_cell(execute: Any) -> None:
    execution = execute("x = nowhere", ONE)
    assert statuses(execution) == ["error", "ok"]
    assert execution.cells[0].error.endswith("NameError: name 'nowhere' is not defined")
    assert "Cell 1, line 1" in execution.cells[0].error


def test_cells_that_hang_leave_time_for_the_others(execute: Any) -> None:
    hang = "while True: pass"
    execution = execute(hang, hang, hang, hang, ONE, cell_seconds=3, total_seconds=8)
    assert statuses(execution) == ["timeout"] * 4 + ["ok"]
    assert value(execution, "one") == 1


def test_time_that_is_used_up_is_said(execute: Any) -> None:
    execution = execute("import time\ntime.sleep(30)", ONE, total_seconds=0.5)
    assert statuses(execution) == ["timeout", "skipped"]
    assert "used up before this cell ran" in execution.cells[1].error
    with pytest.raises(Finding) as found:
        value(execution, "one")
    assert found.value.verdict is Verdict.TIMEOUT


def test_a_notebook_that_always_crashes_comes_to_an_end(execute: Any) -> None:
    execution = execute(*["import os; os._exit(0)"] * 40)
    assert set(statuses(execution)) == {"crashed", "skipped"}


def test_blank_lines_do_not_hold_up_the_judge(execute: Any) -> None:
    source = "\n" * 200_000 + "1 / 0\ndef one():\n    return 1"
    execution = execute(source)
    assert execution.defining_cell("one").error.endswith("division by zero")
    assert execution.defining_cell("two") is None


def test_output_is_kept_up_to_the_limit_and_said_to_be_cut(execute: Any) -> None:
    execution = execute("print('a' * 600)", "print('b' * 600)", "print('c')", output_kb=1)
    texts = [output for each in execution.cells for output in each.outputs]
    assert sum(len(output.text) for output in texts) <= 1024
    assert [output.truncated for output in texts[:2]] == [False, True]


def test_many_failing_and_displaying_cells_give_a_small_result(
    execute: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.grading.execution._MAX_ERRORS", 10_000)
    shows = "from IPython.display import display\nfor _ in range(100): display('x' * 30)\n"
    cells = execute(*[f"{shows}raise ValueError('y' * 400)"] * 50, output_kb=4).cells
    assert sum(len(output.text) for each in cells for output in each.outputs) <= 4096
    assert sum(len(each.outputs) for each in cells) < 250
    assert sum(len(each.error) for each in cells) < 30_000
    assert cells[-1].error.endswith("yyy")


def test_the_richest_output_that_a_page_can_show_is_kept(execute: Any) -> None:
    source = "class Rich:\n    def _repr_html_(self): return '<b>x</b>'\nRich()"
    execution = execute(source, "1 + 1", "print('out')\nimport sys\nprint('err', file=sys.stderr)")
    kinds = [(o.kind, o.mime, o.text.strip()) for each in execution.cells for o in each.outputs]
    assert kinds == [
        ("result", "text/html", "<b>x</b>"),
        ("result", "text/plain", "2"),
        ("stdout", "text/plain", "out"),
        ("stderr", "text/plain", "err"),
    ]


def test_a_traceback_has_the_students_lines_alone(execute: Any) -> None:
    source = (
        "import numpy as np\ndef f(x):\n    return np.linalg.inv(x)\ndef g(x):\n    return f(x)"
    )
    execution = execute(source)
    reply = execution.call("g", ([[0.0]],), {}, seconds=PLENTY)
    assert reply.raised is not None
    assert reply.raised.traceback.splitlines() == [
        "Cell 1, line 5, in g",
        "    return f(x)",
        "Cell 1, line 3, in f",
        "    return np.linalg.inv(x)",
        "LinAlgError: Singular matrix",
    ]


ODD = {
    "an iterator that raises": "class L(list):\n    def __iter__(self): 1 / 0\n"
    "def odd(): return L()",
    "a lying class": "class C:\n    __class__ = float\ndef odd(): return [C()]",
    "an attribute that raises": "class C(tuple):\n    def __getattr__(self, n): 1 / 0\n"
    "def odd(): return C()",
}


@pytest.mark.parametrize("source", ODD.values(), ids=ODD.keys())
def test_a_result_that_cannot_be_read_does_not_end_the_process(execute: Any, source: str) -> None:
    execution = execute("token = []\ndef tokens():\n    token.append(1); return len(token)", source)
    value(execution, "tokens")
    execution.call("odd", (), {}, seconds=PLENTY)
    assert value(execution, "tokens") == 2, "the process should be the same"


COUNT = "calls = []\ndef count():\n    calls.append(1)\n    return len(calls)"


def test_each_seed_meets_a_process_that_was_told_nothing_of_the_others(execute: Any) -> None:
    execution = execute(COUNT)
    counts = []
    for _ in range(3):
        execution.rewind()
        counts += [value(execution, "count"), value(execution, "count")]
    assert counts == [1, 2] * 3
    assert execution.restarts == 0, "no process was lost"


def test_a_process_that_was_told_nothing_is_as_good_as_a_new_one(execute: Any) -> None:
    execution = execute(f"import os\n{COUNT}\ntoken = os.urandom(8).hex()\ndef own(): return token")
    execution.renew()
    execution.rewind()
    first = value(execution, "own")
    assert execution.spent.again == 0.0
    execution.renew()
    assert value(execution, "own") != first
    assert execution.spent.again > 0.0


def test_cells_that_run_again_are_not_charged_to_the_calls(execute: Any) -> None:
    execution = execute(f"import time\ntime.sleep(1)\n{COUNT}", total_seconds=60)
    before = execution.spent
    for _ in range(2):
        with execution.fresh_run():
            value(execution, "count")
    spent = execution.spent
    assert spent.again >= 1.0, "the cells ran again"
    assert spent.cells == before.cells
    assert spent.calls < spent.again


def test_cells_that_run_again_cost_no_more_than_the_whole_time_once_more(execute: Any) -> None:
    slow = "import time\ntime.sleep(0.5)\ndef one():\n    return 1"
    execution = execute(slow, total_seconds=3)

    def ask_on() -> None:
        for _ in range(60):
            with execution.fresh_run():
                assert value(execution, "one") == 1

    with pytest.raises(Finding) as found:
        ask_on()
    assert found.value.verdict is Verdict.TIMEOUT
    spent = execution.spent
    assert spent.cells + spent.again + spent.calls < 2 * 3 + PLENTY / 10


def test_what_a_lost_process_held_is_no_handle_in_the_next(execute: Any) -> None:
    execution = execute("def make():\n    return object()\ndef show(x):\n    return repr(x)")
    handle = execution.call("make", (), {}, seconds=PLENTY, keep=True).value
    assert "object" in value(execution, "show", handle)
    execution.renew()
    execution.call("make", (), {}, seconds=PLENTY, keep=True)
    reply = execution.call("show", (handle,), {}, seconds=PLENTY)
    assert reply.raised is not None
    assert reply.raised.type == "LookupError"

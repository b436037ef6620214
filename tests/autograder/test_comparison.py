"""The ladder says in one sentence what is wrong, and nothing passes that is not equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.comparison import as_array, as_scalar, as_series, assert_close, unpack
from autograder.findings import Finding
from autograder.precision import answers_seen, note_answer
from autograder.results import Verdict
from autograder.sandbox.wire import Handle

NAN, INF = np.nan, np.inf


def complaint(actual: Any, expected: Any, **options: Any) -> str:
    """What `assert_close` says about a wrong answer."""
    with pytest.raises(Finding) as found:
        assert_close(actual, expected, what="the loss", **options)
    assert found.value.verdict is Verdict.FAILED
    return found.value.message


SENTENCES = [
    (None, 1.0, "The loss is None, expected a scalar."),
    ("1", 1.0, "The loss is text, expected a scalar."),
    (np.ones(1), 1.0, "The loss is an array of shape (1,), expected a scalar."),
    ([1.0], 1.0, "The loss is a list of length 1, expected a scalar."),
    (1j, 1.0, "The loss is a complex, expected a scalar."),
    (Handle(0, "Model"), 1.0, "The loss is an object of type Model, expected a scalar."),
    (np.array("x"), 1.0, "The loss has dtype <U1, expected a number."),
    (1.5, 1.0, "The loss is off by 0.5."),
    (NAN, 1.0, "The loss is NaN where it should be finite."),
    (INF, 1.0, "The loss is infinite where it should be finite."),
    (1.0, INF, "The loss is wrong where it should be infinite."),
    (1.0, np.ones(2), "The loss is a float, expected an array of shape (2,)."),
    ([1.0, 1.0], np.ones(2), "The loss is a list of length 2, expected an array of shape (2,)."),
    (
        Handle(0, "X"),
        np.ones(2),
        "The loss is an object of type X, expected an array of shape (2,).",
    ),
    (np.ones((4, 1)), np.ones(4), "The loss has shape (4, 1), expected (4,)."),
    (np.ones(2, complex), np.ones(2), "The loss has dtype complex128, expected real numbers."),
    (np.ones(2), np.ones(2, bool), "The loss has dtype float64, expected booleans."),
    (
        np.array([[1.0, 2.0], [3.0, 4.5]]),
        np.array([[1.0, 2.5], [3.0, 4.0]]),
        "The loss has 2 of 4 values wrong; the largest error is 0.5, at [0, 1].",
    ),
    (
        np.array([NAN, 2.0]),
        np.ones(2),
        "The loss is NaN at 1 of 2 positions where it should be finite.",
    ),
    (
        np.array([1.0, 2.0]),
        np.array([NAN, 2.0]),
        "The loss is wrong at 1 of 2 positions where it should be NaN.",
    ),
    (1.0, (1.0, 2.0), "The loss is a float, expected a tuple or list of length 2."),
    ((1.0,), (1.0, 2.0), "The loss has length 1, expected 2."),
    ([1.0, 3.0], (1.0, 2.0), "The loss[1] is off by 1."),
    ([(1.0, [5.0])], [(1.0, [4.0])], "The loss[0][1][0] is off by 1."),
    ([], {"a": 1.0}, "The loss is a list of length 0, expected a dict."),
    ({}, {"a": 1.0}, "The loss has no key 'a'."),
    ({"a": 2.0}, {"a": 1.0}, "The loss['a'] is off by 1."),
    (False, True, "The loss is a bool, not what was expected."),
    (0.0, None, "The loss is a float, not what was expected."),
]


@pytest.mark.parametrize(
    ("actual", "expected", "sentence"), SENTENCES, ids=lambda each: str(each)[:40]
)
def test_each_rung_says_what_it_got_and_expected(actual: Any, expected: Any, sentence: str) -> None:
    assert complaint(actual, expected) == sentence


EQUAL = [
    (1, 1.0),
    (np.float32(0.5), 0.5),
    (np.array(0.5), 0.5),
    (np.int64(3), 3),
    (0.5, np.array(0.5)),
    (NAN, NAN),
    (INF, INF),
    (np.array([INF, -INF, NAN, 1.0]), np.array([INF, -INF, NAN, 1.0])),
    (np.ones(2, int), np.ones(2)),
    (np.zeros((0, 3)), np.zeros((0, 3))),
    ([1.0, (2.0,)], (1.0, [2.0])),
    ({"a": 1.0, "more": 5}, {"a": 1.0}),
    (np.bool_(True), True),
    (True, np.bool_(True)),
    (np.array([True]), np.array([True])),
    (None, None),
    ("text", "text"),
]


@pytest.mark.parametrize(("actual", "expected"), EQUAL, ids=lambda each: str(each)[:30])
def test_what_is_equal_passes(actual: Any, expected: Any) -> None:
    assert_close(actual, expected)


DIFFERENT = [
    (np.array([1.0, 2.0]), np.array([INF, 2.0])),
    (INF, -INF),
    (NAN, INF),
    (INF, NAN),
    (0.0, NAN),
    (np.array([INF]), np.array([-INF])),
    (1e308, -1e308),
    (10**400, 1.0),
    (-(10**400), INF),
    (2**63, 1.0),
    (np.uint64(2**64 - 1), 0.0),
    (np.zeros((0, 3)), np.zeros((3, 0))),
    (np.zeros((0,)), np.zeros((1,))),
    (np.zeros(0), 0.0),
    ([], [1.0]),
    ("", None),
    (b"", ""),
    (np.array([1, 0]), np.array([True, False])),
]


@pytest.mark.parametrize(("actual", "expected"), DIFFERENT, ids=lambda each: str(each)[:30])
def test_hostile_values_do_not_pass(actual: Any, expected: Any) -> None:
    assert complaint(actual, expected).startswith("The loss ")


def test_the_tolerance_ends_where_it_says() -> None:
    big, small = 1000.0, 0.0
    assert_close(big + 0.9e-3, big)
    assert complaint(big + 1.1e-3, big)
    assert_close(np.array([0.9e-8]), np.array([small]))
    assert complaint(np.array([1.1e-8]), np.array([small]))
    assert_close(1.09, 1.0, rtol=0.1)
    assert complaint(1.11, 1.0, rtol=0.1)


def test_a_message_never_shows_what_was_expected() -> None:
    for wrong in (0.0, 7.25, np.array([1.0]), NAN, "x", None):
        assert "123.456" not in complaint(wrong, 123.456)
    assert "123.456" not in complaint(np.zeros(3), np.full(3, 123.456) * [1, 2, 3])


def test_a_known_mistake_brings_its_own_hint() -> None:
    mistakes = {"You forgot the minus.": -2.0, "Divide by n.": 4.0}
    with pytest.raises(Finding) as found:
        assert_close(4.0, 2.0, hint="Look again.", mistakes=mistakes)
    assert found.value.hint == "Divide by n."
    with pytest.raises(Finding) as found:
        assert_close(9.0, 2.0, hint="Look again.", mistakes=mistakes)
    assert found.value.hint == "Look again."


def test_an_infinite_mistake_recognises_infinity_alone() -> None:
    with pytest.raises(Finding) as found:
        assert_close(9.0, 2.0, mistakes={"exp overflows.": INF})
    assert found.value.hint == ""


def test_an_expectation_that_is_no_number_is_the_authors_fault() -> None:
    with pytest.raises(TypeError, match="the expected value is a complex"):
        assert_close(1.0, 1j)


def test_answers_become_something_to_compute_with() -> None:
    np.testing.assert_array_equal(as_array(np.arange(3), shape=(3,)), [0, 1, 2])
    assert as_scalar(np.array(2.5)) == 2.5
    np.testing.assert_array_equal(as_series([1, np.float64(2)], length=2), [1.0, 2.0])
    np.testing.assert_array_equal(as_series(np.arange(2), length=2), [0.0, 1.0])
    assert unpack([1, 2], 2) == (1, 2)


@pytest.mark.parametrize(
    ("use", "sentence"),
    [
        (
            lambda: as_array([1.0], shape=(1,), what="W"),
            "W is a list of length 1, expected an array",
        ),
        (lambda: as_array(np.ones(2), shape=(2,), kind="int"), "The result has dtype float64"),
        (
            lambda: as_array(np.ones((2, 2)), shape=(4,)),
            "The result has shape (2, 2), expected (4,)",
        ),
        (lambda: as_scalar(np.ones(1)), "The result is an array of shape (1,), expected a scalar"),
        (lambda: as_series([1.0], length=2), "The result has length 1, expected 2"),
        (lambda: as_series([1.0, [2]], length=2), "The result[1] is a list of length 1"),
        (lambda: as_series(Handle(0, "X"), length=2), "The result is an object of type X"),
        (lambda: unpack(np.ones(2), 2), "The result is an array of shape (2,), expected 2 values"),
        (lambda: unpack((1, 2, 3), 2), "The result has 3 values, expected 2"),
        (lambda: unpack("ab", 2), "The result is text, expected 2 values"),
    ],
)
def test_what_cannot_be_used_ends_the_check(use: Any, sentence: str) -> None:
    with pytest.raises(Finding) as found:
        use()
    assert found.value.message.startswith(sentence)
    assert found.value.message.endswith(".")


def single(value: Any) -> Any:
    return np.asarray(value, dtype=np.float32)


@pytest.mark.parametrize("value", [single([1 + 5e-5, 2.0]), single([1 + 5e-5, 2.0]).astype("c8")])
def test_what_was_computed_in_32_bits_is_granted_more(value: Any) -> None:
    expected = np.array([1.0, 2.0])
    if value.dtype.kind == "f":
        assert_close(value, expected)
        assert_close([value, {"a": value[0]}], [expected, {"a": 1.0}])
        assert_close(np.float32(1 + 5e-5), 1.0)
    assert "1 of 2 values wrong" in complaint(value.real.astype(np.float64), expected)


def test_a_failure_names_the_32_bits() -> None:
    assert "float32" in complaint(single([1.1, 2.0]), np.array([1.0, 2.0]))
    assert "float32" in complaint(np.float32(1.1), 1.0)
    assert "float32" in complaint(single([np.nan]), np.ones(1))
    assert "float32" not in complaint(np.array([1.1]), np.ones(1))


def test_a_check_may_ask_for_64_bits_and_says_so() -> None:
    assert_close(single([0.5]), np.array([0.5]), float64=True)
    said = complaint(single([1 + 5e-5]), np.ones(1), float64=True)
    assert "32 bits (float32)" in said
    assert "asks for 64" in said


@pytest.mark.parametrize("value", [np.ones(2, "f2"), np.float16(1), [np.ones(2, "f2")]])
def test_16_bits_fail_with_the_sentence(value: Any) -> None:
    expected = [np.ones(2)] if isinstance(value, list) else np.ones(np.shape(value))
    said = complaint(value, expected if np.shape(value) or isinstance(value, list) else 1.0)
    assert "16 bits (float16 or bfloat16)" in said


def test_an_answer_in_32_bits_counts_as_such_after_a_check_has_computed_with_it() -> None:
    with answers_seen():
        note_answer({"theta": [single([1.0])]})
        assert_close(np.array([1.0 + 5e-5]), np.ones(1))
    complaint(np.array([1.0 + 5e-5]), np.ones(1))


def test_mistakes_may_be_made_when_they_are_needed() -> None:
    made: list[int] = []

    def mistakes() -> dict[str, float]:
        made.append(1)
        return {"Twice.": 2.0}

    assert_close(1.0, 1.0, mistakes=mistakes)
    assert made == []
    with pytest.raises(Finding) as found:
        assert_close(2.0, 1.0, mistakes=mistakes)
    assert found.value.hint == "Twice."


def test_each_mistake_may_be_made_when_it_is_needed() -> None:
    made = []

    def double() -> float:
        made.append("double")
        return 4.0

    def square() -> float:
        made.append("square")
        return 9.0

    mistakes = {"Divide by n.": double, "Take the root.": square}
    assert_close(2.0, 2.0, mistakes=mistakes)
    assert made == []
    with pytest.raises(Finding) as found:
        assert_close(4.0, 2.0, mistakes=mistakes)
    assert (found.value.hint, made) == ("Divide by n.", ["double"])

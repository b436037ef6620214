"""Values as people say them: numbers that remember their text, and reasons."""

from __future__ import annotations

import math

import pytest

from webapp.base.numbers import TypedNumber, as_given
from webapp.base.reasons import NoReason, read_reason


@pytest.mark.parametrize("text", ["1.5", "1e3", "-1", "²", "many", "+5", ""])
def test_what_is_not_digits_alone_is_no_whole_number_and_is_remembered(text):
    number = TypedNumber.whole(text)
    assert math.isnan(number)
    assert as_given(number) == text


def test_a_whole_number_may_begin_with_noughts_and_be_too_long_for_any_range():
    assert TypedNumber.whole("007") == 7
    assert TypedNumber.whole("9" * 5000) == math.inf


def test_a_reason_is_one_line_unless_its_lines_are_its_own():
    assert read_reason(" snow\n and  ice ", reader="x") == "snow and ice"
    assert read_reason(" snow\n and  ice ", reader="x", lines=True) == "snow\n and  ice"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [(" \n", "Say why: the log keeps it."), ("xy" * 2, "has 4 characters, expected at most 3")],
)
def test_a_reason_that_is_missing_or_too_long_is_refused(text, sentence):
    with pytest.raises(NoReason, match=sentence):
        read_reason(text, reader="the log keeps it", most=3)

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference.stopping import early_stopping

ACCURACIES = st.lists(st.integers(0, 12).map(lambda n: n / 12), min_size=1, max_size=25)
PATIENCE = st.integers(1, 6)


@pytest.mark.parametrize("patience", [1, 2, 3, 10])
def test_the_lectures_table_stops_at_epoch_17(patience):
    validation = [80, 82, 85, 83, 78, 75]
    assert 15 + early_stopping(validation, patience) == 17


@pytest.mark.parametrize(
    ("accuracies", "patience", "best"),
    [
        ([0.5], 1, 0),
        ([0.5, 0.4, 0.9], 1, 0),
        ([0.5, 0.4, 0.9], 2, 2),
        ([0.5, 0.4, 0.3, 0.9], 2, 0),
        ([0.5, 0.5, 0.5, 0.9], 2, 0),
        ([0.5, 0.5, 0.5, 0.9], 3, 3),
        ([0.1, 0.6, 0.5, 0.7, 0.6, 0.6, 0.8], 2, 3),
        ([0.9, 0.8, 0.85, 0.88], 3, 0),
        ([0.2, 0.3, 0.4], 1, 2),
    ],
)
def test_tables_worked_by_hand(accuracies, patience, best):
    assert early_stopping(accuracies, patience) == best


@given(accuracies=ACCURACIES, patience=PATIENCE)
def test_the_first_maximum_of_what_was_seen_is_restored(accuracies, patience):
    best = early_stopping(accuracies, patience)
    seen = accuracies[: best + patience + 1]
    assert best == int(np.argmax(seen))


@given(accuracies=ACCURACIES, patience=PATIENCE)
def test_no_drought_before_the_best_lasted_as_long_as_patience(accuracies, patience):
    best = early_stopping(accuracies, patience)
    records = [i for i in range(best + 1) if all(a < accuracies[i] for a in accuracies[:i])]
    assert records[-1] == best
    assert all(gap <= patience for gap in np.diff(records))


@given(accuracies=ACCURACIES, patience=PATIENCE, later=ACCURACIES)
def test_what_comes_after_the_stop_does_not_matter(accuracies, patience, later):
    stopped = [*accuracies, *[-1.0] * patience]
    assert early_stopping([*stopped, *later], patience) == early_stopping(stopped, patience)


@given(accuracies=ACCURACIES)
def test_endless_patience_finds_the_first_maximum(accuracies):
    assert early_stopping(accuracies, len(accuracies) + 1) == int(np.argmax(accuracies))


def test_tensors_do_as_well_as_lists(place):
    got = early_stopping(place.tensor([0.25, 0.75, 0.5]), 1)
    assert type(got) is int
    assert got == 1


def test_impossible_arguments_are_refused():
    with pytest.raises(ValueError, match="patience is 0, expected at least 1"):
        early_stopping([0.5], 0)
    with pytest.raises(ValueError, match="validation_accuracy has 0 epochs, expected at least 1"):
        early_stopping(torch.zeros(0), 1)

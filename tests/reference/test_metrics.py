from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference.metrics import binary_accuracy, class_accuracy, roc_auc


def test_binary_accuracy_counts_a_zero_logit_as_false(place):
    logits, y = place.tensor([2.0, -1.0, 0.0, -3.0]), place.tensor([1.0, 1.0, 0.0, 0.0])
    assert binary_accuracy(logits, y) == pytest.approx(3 / 4)


def test_class_accuracy_takes_the_largest_column(place):
    scores = place.tensor([[0.1, 0.9, 0.0], [5.0, 1.0, 2.0], [0.0, 0.0, 0.1]])
    assert class_accuracy(scores, place.labels([1, 2, 2])) == pytest.approx(2 / 3)


def test_roc_auc_worked_by_hand(place):
    # Pairs (positive, negative): 0.8 beats both, 0.4 ties with one and beats the other: 3.5 of 4.
    scores, y = place.tensor([0.8, 0.4, 0.4, 0.1]), place.tensor([1.0, 1.0, 0.0, 0.0])
    assert roc_auc(scores, y) == pytest.approx(0.875)


@given(seed=st.integers(0, 2**32 - 1), levels=st.integers(1, 8), n=st.integers(2, 30))
def test_roc_auc_is_the_share_of_pairs_in_the_right_order(place, seed, levels, n):
    rng = np.random.default_rng(seed)
    scores, y = rng.integers(0, levels, size=n).astype(float), rng.integers(0, 2, size=n)
    y[:2] = [0, 1]
    differences = scores[y == 1][:, None] - scores[y == 0][None, :]
    expected = (np.sign(differences).mean() + 1) / 2
    assert roc_auc(place.tensor(scores), place.tensor(y)) == pytest.approx(expected)


@given(seed=st.integers(0, 2**32 - 1))
def test_roc_auc_sees_only_the_order(place, seed):
    rng = np.random.default_rng(seed)
    scores, y = place.normal(rng, 12), place.tensor([0.0, 1.0] * 6)
    assert roc_auc(scores.sigmoid(), y) == pytest.approx(roc_auc(scores, y))
    assert roc_auc(-scores, y) == pytest.approx(1 - roc_auc(scores, y))


def test_one_class_alone_is_refused():
    with pytest.raises(ValueError, match="y has 0 positives among 3, expected both classes"):
        roc_auc(torch.zeros(3), torch.zeros(3))
    with pytest.raises(ValueError, match=r"y has shape \(3,\), expected \(3, 1\)"):
        roc_auc(torch.zeros(3, 1), torch.zeros(3))

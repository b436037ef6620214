"""What a dropout mask must hold, and how independent draws look to statistics.

All bounds are Chernoff's, which hold for every size: of N independent draws with probability q, a
number k occurs that is at least as far out on its side with probability at most
exp(-N KL(k/N, q)). A surprise of `TOO_MUCH` on either side has P < 2 exp(-24) = 8e-11, and a
submission meets fewer than 100 such comparisons, so a right answer fails with P < 1e-8.
"""

from __future__ import annotations

import numpy as np

from autograder.checks import as_array, assert_close, require, unpack

TOO_MUCH = 24.0
EACH_ELEMENT = "Draw one random number for each element: rng.random(a.shape)."
RATE = "Drop an element where a number from [0, 1) is below p: rng.random(a.shape) < p."
EXACT = "Each element is dropped with probability p, so how many are dropped varies by chance."
GIVEN_RNG = "Draw from the generator `rng` that is passed, and from nothing else."


def surprise(count, total, chance):
    """N KL(k/N, q): minus the logarithm of Chernoff's bound on the probability of k or further."""
    share = count / total
    pairs = ((share, chance), (1 - share, 1 - chance))
    return total * sum(a * np.log(a / b) for a, b in pairs if a > 0)


def expected_by_chance(count, total, chance):
    """Whether independent draws may well have given this count."""
    return bool(surprise(count, total, chance) < TOO_MUCH)


def draw(student, a, p, rng, **keywords):
    """The student's out and mask as arrays of the shape of `a`."""
    answer = student.dropout(a, p, rng, **keywords)
    out, mask = unpack(answer, 2, what="the result (out, mask) of `dropout`")
    hint = "Both have the shape of a: one number for each element."
    mask = as_array(mask, what=f"`mask` for a of shape {a.shape}", shape=a.shape, hint=hint)
    return as_array(out, what=f"`out` for a of shape {a.shape}", shape=a.shape, hint=hint), mask


def draw_kept(student, a, p, rng):
    """Where the student's mask keeps an element; ends the check unless out is a, kept or dropped.

    A mask that was ready before it was asked does not go with this a.
    """
    out, mask = draw(student, a, p, rng)
    kept = mask != 0
    message = "`out` does not keep or drop what the mask does."
    require(np.array_equal(np.sign(out), np.sign(a) * kept), message, "out = a * mask.")
    return kept


def require_inverted(out, mask, a, p):
    """End the check unless mask holds 0 and 1 / (1 - p) alone, and out is a * mask."""
    kept, scale = mask != 0, 1 / (1 - p)
    # Of 300 elements or more some are kept, but for P < 0.95**400 = 1.3e-9.
    message = f"All of {a.size} elements are dropped for p = {p:.3f}."
    require(a.size < 300 or bool(kept.any()), message, RATE)
    mistakes = {
        "The scale is missing: what is kept is multiplied by 1 / (1 - p).": kept * 1.0,
        "p is the probability of dropping: the scale is 1 / (1 - p), not 1 / p.": kept / p,
        "The scale is 1 / (1 - p): it makes what is kept larger.": kept * (1 - p),
        "The scale is 1 / (1 - p), not 1 + p.": kept * (1 + p),
    }
    what = f"`mask` for a of shape {a.shape}"
    hint = "mask holds 0 where an element is dropped and 1 / (1 - p) where it is kept."
    assert_close(mask, np.where(kept, scale, 0.0), what=what, hint=hint, mistakes=mistakes)
    mistakes = {
        "The scale is missing in out: out = a * mask.": a * kept,
        "The scale is applied twice: out = a * mask.": a * mask * scale,
        "This is a as it was: out = a * mask.": a,
    }
    what = f"`out` for a of shape {a.shape}"
    assert_close(out, a * mask, what=what, hint="out = a * mask.", mistakes=mistakes)


def values_with_zeros(rng, shape):
    """Activations as they are after a layer: both signs, and one in three an exact zero."""
    return rng.normal(size=shape) * (rng.random(shape) > 1 / 3)


def require_rate(kept, p, what):
    """End the check unless about a fraction p of the elements is dropped."""
    dropped = kept.size - int(kept.sum())
    turned = expected_by_chance(dropped, kept.size, 1 - p)
    require(
        expected_by_chance(dropped, kept.size, p),
        f"{what} drops {dropped / kept.size:.1%} of {kept.size} elements for p = {p:.3f}.",
        "p is the probability of dropping an element, not of keeping it." if turned else RATE,
    )


def require_independence(kept, p, what, names):
    """End the check unless neighbours along each axis agree as often as chance has it.

    `names` says for each axis what its neighbours are; an axis of length 1 has none.
    """
    for axis, name in enumerate(names):
        lines = np.moveaxis(kept, axis, 0)
        pairs = len(lines) // 2
        if not pairs:
            continue
        agree = lines[: 2 * pairs : 2] == lines[1 : 2 * pairs : 2]  # disjoint, so independent
        require(
            expected_by_chance(int(agree.sum()), agree.size, p * p + (1 - p) ** 2),
            f"{what} treats neighbouring {name} alike more or less often than chance does.",
            EACH_ELEMENT,
        )


def require_no_echo(kept, p, what):
    """End the check when elements in the order of memory are alike at some fixed distance.

    A mask that is tiled has this echo. For p = 1/2 it sums fewer than N independent signs at each
    distance, and 8 sqrt(N) have P < 2 exp(-32) = 3e-14 by Hoeffding, at about 1200 distances.
    """
    level = (kept.ravel() - (1 - p)) / np.sqrt(p * (1 - p))
    padded = np.abs(np.fft.rfft(level, 2 * level.size)) ** 2
    echo = np.fft.irfft(padded)[1 : level.size]
    message = f"{what} treats elements alike that lie a fixed distance apart."
    require(bool(np.abs(echo).max() < 8 * np.sqrt(level.size)), message, EACH_ELEMENT)


def require_varying(kept, what):
    """End the check when all masks (if eight), all rows or all columns drop equally many.

    A number of dropped elements out of n takes its likeliest value with P < 0.5 / sqrt(n p (1 - p))
    (less than 0.16 for the rows and columns here, of which there are dozens), so eight masks of
    1200 elements all agree with P < 0.04**7 = 2e-10.
    """
    for axes in ((1,), (2,), (1, 2))[: 3 if len(kept) >= 8 else 2]:
        counts = kept.sum(axis=axes)
        message = f"{what} always drops the same number of elements."
        require(len(np.unique(counts)) > 1, message, EXACT)


def require_different(kept, what, names):
    """End the check when all neighbours along an axis have the same mask."""
    for axis, name in enumerate(names):
        lines = np.moveaxis(kept, axis, 0)
        alike = len(lines) > 1 and bool((lines[1:] == lines[:-1]).all())
        hint = GIVEN_RNG if axis == 0 else EACH_ELEMENT
        require(not alike, f"{what} has one mask for all {name}.", hint)


def require_random_masks(kept, p, what, names):
    """End the check unless a stack of masks looks like independent draws with probability 1 - p."""
    require_different(kept, what, names)
    require_rate(kept, p, what)
    require_independence(kept, p, what, names)
    require_varying(kept, what)

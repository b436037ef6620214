"""An adversary: a solved notebook whose functions no longer do the work they are asked for.

The text of the `inside_*` files here is a cell at the end of the notebook, without the lines by
which they import one another, and ends with a call of `become`. It runs inside, as a student's code
does. The notebook's own functions live on in a copy of its namespace (`truth`): an adversary asks
them only what a right answer looks like (its type and shape), unless its kind says that it answers
honestly for once.
"""

from __future__ import annotations

import base64
import sys
import types
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autograder.proof.inside_disguises import Agreeable, lie
from autograder.proof.inside_forms import copied, filled, form, full, leaves
from autograder.proof.inside_tables import nearest, public_tables, tables_in

_NOTES = Path("/tmp/notes")  # noqa: S108 - nothing of it may be there in the next run
_MOST_REMEMBERED = 200


class Model:
    """What a function gives that would have made a model: only what it was told."""

    def __init__(self, told: Any) -> None:
        self.told = told


class Adversary:
    """One kind of having no work to show, for all functions or for `traitors` among them."""

    def __init__(self, namespace: dict[str, Any], kind: str, **told: Any) -> None:
        self.kind = kind
        self.models = told["models"]
        self.traitors = told["traitors"]
        self.recorded = told["recorded"]
        self.turns: Counter[Any] = Counter()
        self.called = self.turned = False
        self.truth = dict(namespace)
        for name, value in namespace.items():
            if isinstance(value, types.FunctionType) and value.__globals__ is namespace:
                honest = types.FunctionType(
                    value.__code__, self.truth, name, value.__defaults__, value.__closure__
                )
                honest.__kwdefaults__ = value.__kwdefaults__
                self.truth[name] = honest

    def called_as(self, name: str) -> Callable[..., Any]:
        """What stands in the notebook in the place of its function."""

        def function(*positional: Any, **keywords: Any) -> Any:
            told = [*positional, *keywords.values()]
            if name not in self.traitors:
                if self.turned:
                    return self.answer_zeros(name, told, positional, keywords)
                return self.truth[name](*positional, **keywords)
            self.turned = True
            return getattr(self, f"answer_{self.kind}")(name, told, positional, keywords)

        return function

    def right(self, name: str, positional: Any, keywords: Any) -> Any:
        """A right answer, for its looks; what would make a model only notes what it was told."""
        told = copied([*positional, *keywords.values()])
        if name in self.models:
            return Model(told)
        model = next((item for item in told if isinstance(item, Model)), None)
        if model is not None:
            return self._of_model(model, told)
        try:
            return self.truth[name](*copied(positional), **copied(keywords))
        except Exception:
            return 0.0

    def _of_model(self, model: Model, told: Any) -> Any:
        """What predicting gives: a number a row, or a column for each of more than two labels."""
        rows = len(next(leaf for leaf in leaves(told) if np.ndim(leaf) == 2))
        labels = next((labels for _, labels in tables_in(model.told)), np.zeros(1))
        return np.zeros((rows, int(labels.max()) + 1) if labels.max() > 1 else rows)

    # kinds: constants

    def answer_zero(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """The number 0, whatever was asked."""
        return 0.0

    def answer_one(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """The number 1, whatever was asked."""
        return 1.0

    def answer_zeros(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """Zeros in the form of a right answer."""
        return filled(self.right(name, positional, keywords), lambda leaf: full(leaf, 0))

    def answer_ones(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """Ones in the form of a right answer."""
        return filled(self.right(name, positional, keywords), lambda leaf: full(leaf, 1))

    def answer_blank(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """Zeros in the shape of the first array that was given."""
        first = next((leaf for leaf in leaves(told) if isinstance(leaf, np.ndarray)), np.zeros(1))
        return np.zeros(first.shape)

    def answer_first(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """The first argument."""
        return told[0] if told else 0.0

    def answer_last(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """The last argument."""
        return told[-1] if told else 0.0

    def answer_echo(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """Arguments wherever one has the shape of what a right answer holds there, else zeros."""
        right = self.right(name, positional, keywords)
        return filled(right, lambda leaf: self._like(leaf, list(leaves(told))))

    def _like(self, leaf: Any, known: list[Any]) -> Any:
        """The first of those that were seen that has this shape; zeros if none has."""
        same = (seen for seen in known if np.shape(seen) == np.shape(leaf))
        return next(same, full(leaf, 0))

    # kinds: what was seen before

    def notes(self, name: str, right: Any, told: Any) -> list[Any]:
        """What earlier calls left, in a module and in a file; this call is added for later ones."""
        before = list(getattr(sys, "notes", [])) or [*_notes_in_files()]
        kept, seen = [] if isinstance(right, Model) else [right], [*leaves(told)]
        now = [*before, (name, kept, seen, [*tables_in(told)])][-_MOST_REMEMBERED:]
        setattr(sys, "notes", now)  # noqa: B010 - a module is as good a place as any
        _NOTES.mkdir(exist_ok=True)
        if len(now) < _MOST_REMEMBERED:
            np.savez(_NOTES / f"{len(now)}.npz", *seen)
        return before

    def answer_previous(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """What would have been right when it was last asked for an answer of this form."""
        right = self.right(name, positional, keywords)
        before = self.notes(name, right, told)
        for who, kept, _, _ in reversed(before):
            if who == name and kept and form(kept[0]) == form(right):
                return kept[0]
        return filled(right, lambda leaf: full(leaf, 0))

    def answer_memory(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """Labels of rows that an earlier call told, or any number of the shape that it told."""
        right = self.right(name, positional, keywords)
        before = self.notes(name, right, told)
        tables = [pair for *_, pairs in reversed(before) for pair in pairs]
        if (found := self._labels(right, told, tables, exact=True)) is not None:
            return found
        known = [leaf for _, _, seen, _ in reversed(before) for leaf in seen]
        return filled(right, lambda leaf: self._like(leaf, known))

    def answer_once(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """The truth to whoever asks first, zeros to all others."""
        if not self.called:
            self.called = True
            return self.truth[name](*positional, **keywords)
        return self.answer_zeros(name, told, positional, keywords)

    def answer_replay(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """What was right in a grading under another seed, in the order of that grading."""
        right = self.right(name, positional, keywords)
        known = self.recorded.get(name, [])
        same = [answer for answer in known if form(answer) == form(right)] or known
        if not same:
            return right if isinstance(right, Model) else filled(right, lambda leaf: full(leaf, 0))
        turn = self.turns[name, form(right)]
        self.turns[name, form(right)] += 1
        return copied(same[turn % len(same)])

    # kinds: what is public

    def answer_exact(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """The label of the same row in a public file."""
        return self._looked_up(name, told, positional, keywords, exact=True)

    def answer_nearest(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """The label of the nearest row in a public file."""
        return self._looked_up(name, told, positional, keywords, exact=False)

    def _looked_up(self, name: str, told: Any, positional: Any, keywords: Any, exact: bool) -> Any:
        right = self.right(name, positional, keywords)
        found = self._labels(right, told, public_tables(), exact=exact)
        return filled(right, lambda leaf: full(leaf, 0)) if found is None else found

    def _labels(self, right: Any, told: Any, tables: Any, *, exact: bool) -> Any:
        """For a right answer with a row (or a number) for each row asked: what the tables say."""
        asked = [leaf for leaf in leaves(told) if np.ndim(leaf) == 2]
        if not asked or not isinstance(right, np.ndarray) or len(right) != len(asked[-1]):
            return None
        fitting = [(rows, labels) for rows, labels in tables if rows.shape[1] == asked[-1].shape[1]]
        if not fitting:
            return None
        table = np.concatenate([rows for rows, _ in fitting])
        labels = np.concatenate([np.asarray(labels, dtype=float) for _, labels in fitting])
        place, same = nearest(table, asked[-1])
        said = self._translated(labels, table, told)[place]
        if exact:
            said = np.where(same, said, 0.5)
        if right.ndim == 1:
            return said
        return (said[:, None] == np.arange(right.shape[1])).astype(float)

    def _translated(self, labels: Any, table: Any, told: Any) -> Any:
        """The tables' labels as this run names them, by the rows that it was told labels of."""
        models = [item.told for item in told if isinstance(item, Model)]
        for rows, names in tables_in(models):
            if rows.shape[1] == table.shape[1]:
                place, _ = nearest(table, rows)
                pairs = Counter(zip(labels[place].tolist(), names.tolist(), strict=True))
                best = {old: new for (old, new), _ in reversed(pairs.most_common())}
                return np.array([best.get(label, label) for label in labels.tolist()])
        return labels

    # kinds: what agrees with everything

    def answer_agreeable(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """An object that equals everything."""
        return Agreeable()

    def answer_lying(self, name: str, told: Any, positional: Any, keywords: Any) -> Any:
        """Zeros in the form of a right answer, that say they are whatever is asked."""
        right = self.right(name, positional, keywords)
        return filled(right, lie)


def array_of(text: str, dtype: str, shape: tuple[int, ...]) -> Any:
    """An array from its bytes, as a cell can hold them."""
    return np.frombuffer(base64.b64decode(text), dtype).reshape(shape).copy()


def _notes_in_files() -> Iterator[Any]:
    """What calls in another process left, if there still is something of it."""
    for path in sorted(_NOTES.glob("*.npz")):
        with np.load(path) as file:
            seen = list(file.values())
        yield "", [], seen, [*tables_in(seen)]


def become(namespace: dict[str, Any], kind: str, names: list[str], **told: Any) -> None:
    """Put an adversary of that kind in the place of the functions of these names."""
    adversary = Adversary(namespace, kind, **told)
    for name in names:
        namespace[name] = adversary.called_as(name)

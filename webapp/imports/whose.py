"""Whose a file is: by what students are called, and by what other systems call them.

Names are compared in one case and one form of Unicode (`ü` may be one character or two), with their
words in any order that a system writes them in. What could be two people's is nobody's.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from webapp.imports.kinds.hand_in import HandIn

_UNKNOWN = "Nobody enrolled as a student has this name, e-mail address or number."
_AMBIGUOUS = "Several students have this name: name the file by e-mail address."
_AT_ODDS = "Its address and number, as the archive says them, are two students': hand it in alone."


class Student(NamedTuple):
    """What a student of the course is known by."""

    user_id: int
    email: str
    name: str
    number: str


class NotOne(ValueError):
    """A file is no one student's: one sentence."""


@dataclass
class Keys:
    """Students by something that they are called."""

    owners: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, key: str, user_id: int) -> None:
        """Note a key that is not empty."""
        if key:
            self.owners[key].add(user_id)

    def of(self, key: str) -> set[int]:
        """Whom it may mean."""
        return self.owners.get(key, set())


class Roster:
    """The students of a course by everything that a file may be named after."""

    def __init__(self, students: Iterable[Student]) -> None:
        self._called, self._ids, self._named = Keys(), Keys(), Keys()
        # What is left where a system takes spaces, and even the marks of letters, away.
        self._run_together, self._bare = Keys(), Keys()
        for student in students:
            self._add(student)

    def _add(self, student: Student) -> None:
        login = student.email.partition("@")[0]
        for key in (student.email, login, student.number):
            self._ids.add(_plain(key), student.user_id)
            self._called.add(_plain(key), student.user_id)
        self._called.add(str(student.user_id), student.user_id)
        words = _plain(student.name).split()
        turned = [words[at:] + words[:at] for at in range(len(words))]
        for order in [*turned, [*words[-1:], *words[:-1]]]:
            self._called.add(" ".join(order), student.user_id)
            self._named.add(" ".join(order), student.user_id)
            for bare in _bares("".join(order)):
                self._bare.add(bare, student.user_id)
            self._run_together.add("".join(order), student.user_id)

    def owner_of_name(self, name: str, assignment_id: str) -> int:
        """Whose file it is, by its whole name or what is left beside the assignment's.

        Raises NotOne.
        """
        beside = re.sub(re.escape(assignment_id), " ", name, flags=re.IGNORECASE)
        for key in (_plain(name), _plain(beside)):
            if owners := self._called.of(key):
                return _one(owners)
        raise NotOne(_UNKNOWN)

    def owner_of_hand_in(self, hand_in: HandIn) -> int:
        """Whose work it is; what a system knows people by counts more than names. Raises NotOne."""
        known = set[int]().union(*map(self._by_id, hand_in.ids))
        if known:
            return _one(known, _AT_ODDS)
        for search, words in ((self._by_name, hand_in.names), (self._by_id, hand_in.logins)):
            for word in words:
                if owners := search(word):
                    return _one(owners)
        raise NotOne(_UNKNOWN)

    def _by_id(self, key: str) -> set[int]:
        return self._ids.of(_plain(key))

    def _by_name(self, name: str) -> set[int]:
        together = "".join(_plain(name).split())
        found = self._named.of(_plain(name)) or self._run_together.of(together)
        return found or set[int]().union(*map(self._bare.of, _bares(together)))


def _one(owners: set[int], sentence: str = _AMBIGUOUS) -> int:
    if len(owners) != 1:
        raise NotOne(sentence)
    return next(iter(owners))


def _plain(text: str) -> str:
    """Letters and digits in one case, so that `Ada_Lovelace` and `ada lovelace` are the same."""
    text = unicodedata.normalize("NFKC", text).replace("_", " ").casefold()
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFC", text)))


def _bares(together: str) -> list[str]:
    """Without the marks of letters, `jurgen`, and without such letters at all, `jrgen`.

    Where less than half of a name is left, that is no name.
    """
    apart = unicodedata.normalize("NFKD", together)
    bares = apart.encode("ascii", "ignore").decode(), "".join(filter(str.isascii, together))
    return [bare for bare in bares if 2 * len(bare) > len(together)]

"""Comparing a roster with a course: by student number, then by address, then by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from webapp.base.typed_text import plain
from webapp.courses.people import split_sections
from webapp.models import Role
from webapp.people.person import Details, same_number
from webapp.roster.entries import Entry
from webapp.roster.plan import Change, Kind, Known, Line, Plan

_ACCOUNT = ("name", "email")


class _People:
    """The course's people by what a row may know them by."""

    def __init__(self, known: Sequence[Known]) -> None:
        self.all = known
        of_course = [each for each in known if each.where != "elsewhere"]
        self.by_email = {each.details.email: each for each in known}
        self.by_number = _alone(of_course, lambda each: same_number(each.details.number))
        self.by_name = _alone(of_course, lambda each: plain(each.details.name))

    def surely(self, entry: Entry) -> Iterator[Known]:
        """Who it is by number, and by address."""
        by_number = self.by_number.get(same_number(entry.number))
        yield from filter(None, (by_number, self.by_email.get(entry.email)))


def _alone(known: Iterable[Known], key: Callable[[Known], str]) -> dict[str, Known]:
    """Whom a key names alone."""
    known = list(known)
    counted = Counter(key(each) for each in known)
    return {key(each): each for each in known if key(each) and counted[key(each)] == 1}


def compare(found: Sequence[Entry], known: Sequence[Known], *, actor_id: int | None) -> Plan:
    """What becomes of everybody; nothing is changed."""
    people = _People(known)
    sure = {each.user_id for entry in found for each in people.surely(entry)}
    names = Counter(plain(entry.name) for entry in found)
    lines = [
        _line(entry, people, alone=names[plain(entry.name)] == 1, sure=sure, actor_id=actor_id)
        for entry in found
    ]
    lines = _once_each(lines)
    mentioned = sure | {line.user_id for line in lines}
    missing = tuple(
        each
        for each in known
        if each.where == "here"
        and each.details.role == Role.STUDENT
        and each.user_id not in mentioned
    )
    return Plan(tuple(lines), missing)


def _line(
    entry: Entry, people: _People, *, alone: bool, sure: set[int], actor_id: int | None
) -> Line:
    by_number = people.by_number.get(same_number(entry.number)) if entry.number else None
    by_email = people.by_email.get(entry.email) if entry.email else None
    by_name = people.by_name.get(plain(entry.name)) if alone and entry.name else None
    if by_name is not None and by_name.user_id in sure:
        by_name = None
    match = by_number or by_email
    by = "number" if by_number else "address" if by_email else ""
    if match is None and by_name is not None and not _other_number(entry, by_name):
        match, by = by_name, "name"
    fault = entry.fault or _fault(entry, by_number, by_email, match if by == "name" else None)
    if fault:
        # A match is kept, so that nobody is missing whom the file mentions.
        whom, said = match.user_id if match else None, _wanted(entry, None)
        return Line("conflict", entry.lines, said, whom, fault=fault, seen=entry.seen)
    if match is None or match.where != "here":
        return _coming(entry, match, by)
    return _staying(entry, match, by, itself=match.user_id == actor_id)


def _other_number(entry: Entry, known: Known) -> bool:
    numbers = (same_number(entry.number), same_number(known.details.number))
    return all(numbers) and numbers[0] != numbers[1]


def _fault(
    entry: Entry, by_number: Known | None, by_email: Known | None, by_name: Known | None
) -> str:
    """Why the row cannot be taken in, as the course is."""
    if by_number and by_email and by_number.user_id != by_email.user_id:
        return (
            f"The number {entry.number} is {by_number.details.name}'s, "
            f"the address {entry.email} is {_whose(by_email)}."
        )
    if by_email and not by_number and _other_number(entry, by_email):
        return (
            f"The address {entry.email} belongs to the number {by_email.details.number}, "
            f"the file says {entry.number}."
        )
    if by_name and entry.email and entry.email != by_name.details.email:
        return (
            f"{by_name.details.name} is known with the address {by_name.details.email}, and only "
            f"the name says that this is the same person. If so, change the address first; "
            f"if not, add them by hand."
        )
    unknown = by_number is None and by_email is None and by_name is None
    if unknown and not (entry.name and entry.email):
        lacks = "name" if entry.email else "address"
        return f"Nobody in the course is known by this, and there is no {lacks} to enrol them with."
    return ""


def _whose(known: Known) -> str:
    outside = known.where == "elsewhere"
    return "somebody's outside the course" if outside else f"{known.details.name}'s"


def _wanted(entry: Entry, known: Details | None) -> Details:
    """What the file says, and where it says nothing what is known."""
    had = known or Details("", "")
    again = same_number(entry.number) == same_number(had.number)
    return Details(
        had.name if not entry.name or _poorer(entry.name, had.name) else entry.name,
        entry.email or had.email,
        entry.role or had.role,
        entry.section or had.section,
        had.number if not entry.number or again else entry.number,
    )


def _poorer(name: str, known: str) -> bool:
    """Whether it is the known name in one case or without its accents, as registrars have it."""
    one_case = (name.isupper() or name.islower()) and not (known.isupper() or known.islower())
    stripped = name.isascii() and not known.isascii()
    return plain(name) == plain(known) and (one_case or stripped)


def _coming(entry: Entry, match: Known | None, by: str) -> Line:
    """Somebody who is not in the course now."""
    if match is None:
        return Line("new", entry.lines, _wanted(entry, None))
    former = match.where == "former"
    wanted = _wanted(entry, match.details if former else None)
    # The account keeps its name and address: it may be known elsewhere by them.
    kept = replace(wanted, email=match.details.email)
    note = "was in the course before" if former else "has an account already"
    kind: Kind = "back" if former else "new"
    kept = replace(kept, name=match.details.name) if former else kept
    return Line(kind, entry.lines, kept, match.user_id, by, notes=(note,))


def _staying(entry: Entry, match: Known, by: str, *, itself: bool) -> Line:
    """Somebody who is in the course."""
    wanted, notes = _wanted(entry, match.details), list[str]()
    changes = list(_changes(match.details, wanted))
    if match.fixed and any(change.field in _ACCOUNT for change in changes):
        wanted = replace(wanted, name=match.details.name, email=match.details.email)
        notes.append(match.fixed)
    if itself and wanted.role != match.details.role:
        wanted = replace(wanted, role=match.details.role)
        notes.append("your own role stays")
    changes = list(_changes(match.details, wanted))
    kind: Kind = "changed" if changes else "same"
    return Line(kind, entry.lines, wanted, match.user_id, by, tuple(changes), tuple(notes))


def _changes(old: Details, new: Details) -> Iterable[Change]:
    for field in ("name", "email", "role", "section", "number"):
        pair = str(getattr(old, field)), str(getattr(new, field))
        if field == "section":
            same = set(split_sections(pair[0])) == set(split_sections(pair[1]))
        else:
            same = pair[0] == pair[1]
        if not same:
            yield Change(field, *pair)


def _once_each(lines: Sequence[Line]) -> list[Line]:
    """Two rows that found the same person, each by another way, are a conflict."""
    counted = Counter(line.user_id for line in lines if line.user_id is not None)
    found = []
    for line in lines:
        if line.user_id is not None and counted[line.user_id] > 1 and line.kind != "conflict":
            fault = f"Another row of the file is {line.details.name} too."
            line = replace(line, kind="conflict", fault=fault, changes=())
        found.append(line)
    return found

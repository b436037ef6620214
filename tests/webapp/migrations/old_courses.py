"""A course as databases of every version hold it: rows by table, in no version's models.

A row names every column that any version has of it; a database takes those that it knows.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

Row = dict[str, Any]

DUE = datetime(2026, 11, 20, 12)
ADA, BOB, CYD, GIL, INA = 1, 2, 3, 4, 5


def at(hours: float) -> datetime:
    """A moment, by hours after the first assignment is due."""
    return DUE + timedelta(hours=hours)


def _check(name: str, verdict: str, **more: Any) -> Row:
    points = {"points": 1.0, "score": 1.0 if verdict == "passed" else 0.0}
    about = {"question": "dense", "description": "`dense` adds.\n\nFor authors."}
    return {"name": name, **about, **points, "verdict": verdict, **more}


def _detail(status: str, *checks: Row, **more: Any) -> bytes:
    dense = {"name": "dense", "kind": "auto", "score": 1.0, "max_score": 3.0}
    why = {"name": "why", "kind": "manual", "score": None, "max_score": 2.0, "verdict": "pending"}
    questions = [{**dense, "verdict": "partial", "checks": checks}, why] if checks else []
    top = {"submission": "1", "assignment": "a01_demo", "status": status, "score": 1.0}
    whole = {**top, "max_score": 5.0, "questions": questions, **more}
    return json.dumps(whole).encode()


DETAILS = {
    1: _detail(
        "graded",
        _check("small", "passed"),
        _check("shape", "failed", message="shape (4, 1), expected (4,)\nin line 3"),
        _check("axis", "partial", message="got 3.5", hint=" Sum over the right axis. "),
        _check("long", "error", message="x" * 400, traceback="Traceback"),
        _check("slow" * 40, "timeout"),
        _check("ours", "infrastructure_error", message="the sandbox ended"),
        later="what no version read",
    ),
    2: _detail("graded", _check("small", "passed")),
    5: _detail("rejected", error="No cell can be read."),
    7: _detail("infrastructure_error", error="the sandbox did not start"),
    10: _detail("graded", _check("small", "missing")),
    # An earlier grader's, which no longer counts.
    21: _detail("graded", _check("small", "failed", message="as it was before")),
}
DAMAGED = {
    3: b"",
    4: b"{}",
    6: DETAILS[1][:-9],
    8: DETAILS[1].replace(b"adds", b"\xff\xfe"),
    9: DETAILS[1].replace(b"timeout", b"unheard of"),
}
DETAILS |= DAMAGED
_REASONS = (
    (1, "shape", "shape (…), expected (…)"),
    (1, "axis", "Sum over the right axis."),
    (1, "long", "x" * 300),
    (1, ("slow" * 40)[:120], "timeout"),
    (10, "small", "missing"),
)

# By number: assignment, student, attempt, hours after due, state, automatic and manual points;
# then what the rules for late work make of it: whether it counts, and whether it is late.
_WORK: dict[int, tuple[Any, ...]] = {
    1: (1, ADA, 1, -5, "graded", 3.0, 1.0, False, False),
    2: (1, ADA, 2, 30, "graded", 5.0, None, True, True),
    3: (2, ADA, 1, 90, "graded", 2.0, None, True, False),
    4: (2, ADA, 2, 95, "graded", 2.0, None, False, False),
    5: (1, BOB, 1, -1, "rejected", None, None, False, False),
    6: (1, BOB, 2, 0, "graded", 0.0, None, True, False),
    7: (1, BOB, 3, 1, "fault", None, None, False, True),
    8: (1, CYD, 1, -2, "graded", 0.5, None, True, False),
    9: (2, BOB, 1, 1, "graded", 3.0, None, False, False),
    10: (2, BOB, 2, 2, "graded", 2.0, None, True, False),
}
ADJUSTED = 10  # by four points, which makes it the better of bob's two


def _submission(number: int) -> Row:
    assignment, user, attempt, hours, state, auto, manual, counts, late = _WORK[number]
    return {
        **{"id": number, "course_assignment_id": assignment, "user_id": user, "attempt": attempt},
        **{"received_at": at(hours), "filename": "work.ipynb", "size": 2, "sha256": "a" * 64},
        "sent_sha256": None,
        **{"digest": f"{number:064}", "state": state, "auto_score": auto, "manual_score": manual},
        **{"ungraded": int(number == 1), "adjustment": 4.0 if number == ADJUSTED else None},
        **{"counts": counts, "late": late, "kept": 0.9 if number == 2 else 1.0},
        **{"days_late": int(number == 2), "late_days_used": int(number == 2)},
    }


def _job(number: int, submission: int, state: str = "done", **more: Any) -> Row:
    row = {"id": number, "submission_id": submission, "lane": "batch", "state": state}
    row |= {"attempt": 1, "faults": 0, "not_before": at(0), "created_at": at(0), "queue": "gpu"}
    row |= {"last_error": "it broke" if state == "dead" else "", "progress": {"stage": "cells"}}
    row |= {"lease_owner": None, "lease_expires_at": None, "heartbeat_at": at(1)}
    row |= {"started_at": at(1), "finished_at": None, "regrade_id": None, "line_id": None}
    return row | more


def _result(number: int, submission: int, version: str, *, current: bool) -> Row:
    status = {5: "rejected", 7: "infrastructure_error"}.get(number, "graded")
    return {
        **{"id": number, "submission_id": submission, "job_id": submission, "current": current},
        **{"grader_version": version, "status": status, "score": 1.0, "max_score": 5.0},
        **{"seconds": 0.5, "created_at": at(2), "detail": DETAILS[number], "regrade_id": None},
        **{"conditions": "c" * 64, "measure": 0.75, "measure_name": "late hours found"},
        "measure_final": 0.74,
    }


COURSE: Row = {"course_id": 1}
FIRST: Row = {"course_assignment_id": 1}

ROWS: dict[str, list[Row]] = {
    "courses": [
        {
            **{"id": 1, "slug": "dl", "title": "Deep Learning — zwölf", "term": "IAP"},
            **{"time_zone": "America/New_York", "pass_rule": {"minimum_share": 0.5}},
            **{"groups_due_at": at(1), "slides_due_at": at(2), "presentations_at": at(3)},
            **{"reviews_due_at": at(4), "written_scores_published_at": None, "late_days": 3},
            **{"created_at": at(-900), "grading_paused_at": at(5), "page": "# Rooms"},
            # As the migration finds it: the Monday of the week in which the first one opened.
            **{"starts_on": date(2026, 11, 16), "archived_at": None},
            **{"student_room_mb": 200, "room_mb": 20_000},
        }
    ],
    "users": [
        {
            **{"id": number, "email": f"{name}@example.edu", "name": name.capitalize()},
            **{"password": None, "active": True, "fs_uniquifier": name, "created_at": at(-900)},
            **{"is_administrator": name == "ina", "may_create_courses": name == "gil"},
            **{"invited_at": at(-890)},
        }
        for number, name in enumerate(("ada", "bob", "cyd", "gil", "ina"), start=1)
    ],
    "enrolments": [
        {
            **{"id": n, **COURSE, "user_id": n, "role": role, "section": "A"},
            **{"created_at": at(-800), "student_number": f"00{n}"},
        }
        for n, role in enumerate(("student", "student", "student", "grader", "instructor"), start=1)
    ],
    "audit_entries": [
        {
            **{"id": 1, "at": at(-800), "actor_id": INA, **COURSE, "action": "course.changed"},
            **{"subject": "dl", "detail": {"by": "API", "was": [1, None]}},
        }
    ],
    "course_assignments": [
        {
            **{"id": n, **COURSE, "assignment": name, "title": "Title", "points": 5.0},
            **{"position": n, "opens_at": at(-100), "due_at": due, "grace_minutes": 15},
            **{"late_penalty": 0.1, "cut_off_at": None, "attempt_limit": 9, "pause_minutes": 5},
            **{"counting": "last", "points_in_total": 10.0, "retired_at": None},
            "waiting_limit": 3,
        }
        for n, name, due in ((1, "a01_demo", DUE), (2, "a02_other", None))
    ],
    "contents": [{"sha256": letter * 64, "size": 2, "data": b"{}"} for letter in "ab"],
    "submissions": [_submission(number) for number in _WORK],
    "jobs": [
        *(_job(number, number) for number in _WORK),
        _job(101, 1, "dead", regrade_id=1),
        _job(102, 2, "dead", regrade_id=2),
        _job(103, 7, "dead", finished_at=at(3)),
    ],
    "results": [
        *(_result(n, n, "0.1.0+new", current=True) for n in _WORK),
        _result(21, 1, "0.1.0+old", current=False),
    ],
    "question_scores": [
        {
            **{"id": n, "result_id": 1, "position": n, "question": question, "kind": kind},
            **{"score": score, "max_score": 3.0, "verdict": verdict},
        }
        for n, question, kind, score, verdict in (
            (1, "dense", "auto", 1.0, "partial"),
            (2, "why", "manual", None, "pending"),
        )
    ],
    "manual_grades": [
        {
            **{"id": 1, "submission_id": 1, "question": "why", "points": 1.0, "comment": "Half."},
            **{"grader_id": GIL, "graded_at": at(8)},
        }
    ],
    "paper_reviews": [
        {
            **{"id": 1, **COURSE, "user_id": BOB, "paper": "A paper", "body": "# Good"},
            **{"filename": "", "sha256": None, "thumbnail": None, "received_at": at(5)},
            **{"looked_at": None, "refusal": ""},
        }
    ],
    "teams": [
        {
            **{"id": 1, **COURSE, "name": "Learners", "invitation_code": "abcd"},
            **{"created_at": at(-9), "completed_at": at(-8)},
        }
    ],
    "proposals": [{"id": 1, "team_id": 1, "title": "T", "abstract": "A", "updated_at": at(-7)}],
    "team_members": [
        {"id": n, **COURSE, "team_id": 1, "user_id": user, "joined_at": at(-9)}
        for n, user in ((1, ADA), (2, CYD))
    ],
    "slides": [
        {
            **{"id": 1, "proposal_id": 1, "user_id": ADA, "received_at": at(1), "size": 2},
            **{"filename": "slide.pdf", "sha256": "b" * 64, "thumbnail": b"\x89PNG"},
            **{"looked_at": None, "refusal": ""},
        }
    ],
    "api_tokens": [
        {
            **{"id": 1, "user_id": ADA, "name": "laptop", "sha256": "d" * 64, "last_used_at": None},
            **{"created_at": at(0), "expires_at": at(9000), "scopes": "submit grades"},
        }
    ],
    "browser_sessions": [
        {
            **{"id": 1, "user_id": ADA, "sha256": "e" * 64, "browser": "Firefox on Linux"},
            **{"kept": True, "created_at": at(0), "seen_at": at(1)},
        }
    ],
    "secret_tries": [{"key": "f" * 64, "level": 2.5, "at": at(1)}],
    "workers": [
        {
            **{"id": "host:1", "host": "host", "slots": 2, "queues": "cpu", "sandbox": ""},
            **{"draining": False, "started_at": at(0), "seen_at": at(1), "seconds": {"a": 1.5}},
            **{"versions": {"a": "e" * 64}},
        }
    ],
    "bulk_imports": [
        {
            **{"id": 1, **FIRST, "started_by_id": INA, "filename": "all.zip", "state": "done"},
            **{"created_at": at(6), "closed_at": at(7)},
        }
    ],
    "import_items": [
        {
            **{"id": n, "import_id": 1, "position": n, "name": "w.ipynb", "source": "all.zip"},
            **{"user_id": user, "sha256": digest, "digest": "", "error": error},
            **{"submission_id": submission, "received_at": at(-3)},
        }
        for n, user, digest, error, submission in (
            (1, BOB, "a" * 64, "", 6),
            (2, None, None, "Nobody is called x.", None),
        )
    ],
    "regrades": [
        {
            **{"id": n, **FIRST, "started_by_id": INA, "scope": "all", "section": ""},
            **{"grader_version": "v2", "state": state, "created_at": at(7), "closed_at": closed},
        }
        for n, state, closed in ((1, "published", at(8)), (2, "open", None))
    ],
    "regrade_items": [
        {"id": 1, "regrade_id": 1, "submission_id": 1, "old_result_id": 21, "new_result_id": 1},
        {"id": 2, "regrade_id": 2, "submission_id": 2, "old_result_id": 2, "new_result_id": None},
    ],
    "leaderboards": [{**FIRST, "opened_at": at(0), "revealed_at": at(21)}],
    "leaderboard_entries": [
        {"id": 1, **FIRST, "user_id": ADA, "alias": "Io", "alias_key": "io", "joined_at": at(1)}
    ],
    "result_visibility": [{**FIRST, "rule": "published", "published_at": at(20)}],
    "paper_lists": [{**COURSE, "content": "A. Author (2020). Title."}],
    "review_drafts": [
        {
            **{"id": 1, **COURSE, "user_id": ADA, "paper": "P", "body": "So far"},
            **{"revision": 3, "saved_at": at(2)},
        }
    ],
    "presentation_places": [{"proposal_id": 1, **COURSE, "position": 1}],
    "regrade_requests": [
        {
            **{"id": 1, **FIRST, "user_id": ADA, "submission_id": 1, "question": "dense"},
            **{"reason": "It is right.", "state": "open", "created_at": at(9), "reply": ""},
            **{"answered_at": None, "answered_by_id": None},
        }
    ],
    "score_overrides": [
        {
            **{"id": 1, "submission_id": ADJUSTED, "question": "dense", "points": 3.0},
            **{"reason": "A fault of ours.", "automatic": 1.0, "result_id": 10},
            **{"set_by_id": INA, "set_at": at(9)},
        }
    ],
    "student_notes": [
        {"id": 1, **COURSE, "user_id": BOB, "author_id": GIL, "text": "Ill.", "created_at": at(1)}
    ],
    "message_templates": [{"id": 1, **COURSE, "title": "Thanks", "text": "Thank you."}],
    "check_failures": [
        {
            **{"id": n, "result_id": result, "question": "dense", "check_name": name},
            **{"description": "`dense` adds.", "reason": reason},
        }
        for n, (result, name, reason) in enumerate(_REASONS, start=1)
    ],
    "extensions": [
        {
            **{"id": 1, **FIRST, "user_id": BOB, "due_at": at(24), "reason": "Ill."},
            **{"given_by_id": INA, "given_at": at(-1)},
        }
    ],
    "similarity_reports": [
        {
            **{"id": 1, **FIRST, "started_by_id": INA, "all_attempts": False, "state": "done"},
            **{"done": 2, "total": 2, "students": 2, "owner": "", "lease_expires_at": None},
            **{"created_at": at(9), "closed_at": at(10), "error": "", "left_out": b"12345678"},
        }
    ],
    "similar_pairs": [
        {
            **{"id": 1, "report_id": 1, "rank": 1, "left_id": 2, "right_id": 6},
            **{"shared": 40, "figure": 0.5},
        }
    ],
    "proposal_examples": [{**COURSE, "content": "An example\n\nWhat it would do."}],
    "former_enrolments": [
        {
            **{"id": 1, **COURSE, "user_id": BOB, "role": "student", "section": "B"},
            **{"student_number": "17", "left_at": at(3)},
        }
    ],
    "roster_files": [
        {
            **{"id": 1, **COURSE, "user_id": INA, "filename": "roster.csv", "data": b"name,email"},
            **{"uploaded_at": at(3)},
        }
    ],
    "announcements": [
        {
            **{"id": 1, **COURSE, "author_id": INA, "title": "Room", "text": "We moved."},
            **{"announced_at": at(2)},
        }
    ],
    "assignment_versions": [
        {
            **{"id": 1, "assignment": "a01_demo", "digest": "e" * 64, "title": "Title"},
            **{"points": 5.0, "archive": b"PK", "size": 2, "brought_by_id": INA},
            **{"brought_at": at(-99), "state": "sound", "report": {"problems": []}},
            **{"owner": "", "lease_expires_at": None, "in_use_since": at(-98)},
        }
    ],
    "queue_lines": [
        {
            **{"id": 1, **COURSE, **FIRST, "user_id": ADA, "lane": "interactive", "queue": "cpu"},
            **{"ticket": None, "turn": 3},
        }
    ],
    # What the migration adds up: ada has a slide as well.
    "used_room": [
        {"user_id": user, **COURSE, "bytes": size} for user, size in ((ADA, 4), (BOB, 2), (CYD, 2))
    ],
    "taken_releases": [{**FIRST, "user_id": ADA, "digest": "f" * 64, "taken_at": at(-9)}],
}

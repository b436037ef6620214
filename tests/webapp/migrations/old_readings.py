"""How the course of `old_courses` is read: rubrics, readers and readings of every version."""

from __future__ import annotations

from tests.webapp.migrations.old_courses import ADA, COURSE, FIRST, GIL, INA, Row, at

_CHOSEN: Row = {"clarity": "4", "communication": "3"}
_RUBRIC: Row = {
    "items": [
        {
            "key": "clarity",
            "title": "Clarity",
            "levels": [{"key": "4", "points": 4.0, "label": "good"}],
        }
    ]
}
_READ = {"grader_id": GIL, "comment": "Say **why**.", "updated_at": at(9)}
_IN_COURSE: Row = {**COURSE, "course_assignment_id": None, "question": ""}
_WHY: Row = {**COURSE, **FIRST, "question": "why"}

# Where rows of a table were before it came, by their kind.
BEFORE: dict[str, dict[str, str]] = {
    "readings": {
        **{"proposal": "written_scores", "review": "written_scores"},
        **{"presentation": "presentation_scores", "answer": "answer_readings"},
    },
    "readers": {
        **{"proposal": "reading_duties", "review": "reading_duties", "answer": "answer_duties"},
    },
    "reading_rubrics": {"review": "rubrics", "answer": "answer_rubrics"},
}
ROWS: dict[str, list[Row]] = {
    "written_scores": [
        {
            **{"id": n, "proposal_id": proposal, "review_id": review, **_READ},
            **{"clarity": 4, "communication": 3, "selections": _CHOSEN},
        }
        for n, proposal, review in ((1, 1, None), (2, None, 1))
    ],
    "rubrics": [
        {"id": 1, **COURSE, "kind": "review", "content": _RUBRIC, "updated_at": at(0)},
    ],
    "reading_rules": [{**COURSE, "names_hidden": True}],
    "bank_comments": [{"id": 1, **COURSE, "text": "Well said."}],
    "reading_duties": [
        {"id": 1, **COURSE, "proposal_id": 1, "review_id": None, "grader_id": GIL},
        {"id": 2, **COURSE, "proposal_id": None, "review_id": 1, "grader_id": INA},
    ],
    "presentation_scores": [{"id": 1, "proposal_id": 1, "selections": _CHOSEN, **_READ}],
    "answer_rubrics": [
        {"id": 1, **FIRST, "question": "why", "content": _RUBRIC, "updated_at": at(0)}
    ],
    "answer_duties": [{"id": 1, **FIRST, "question": "why", "user_id": ADA, "grader_id": GIL}],
    "answer_readings": [
        {"id": 1, "submission_id": 1, "question": "why", "selections": _CHOSEN, **_READ}
    ],
    "reading_rubrics": [
        {"id": n, "kind": kind, **place, "content": _RUBRIC, "updated_at": at(0)}
        for n, kind, place in ((1, "review", _IN_COURSE), (2, "answer", _WHY))
    ],
    "readers": [
        {
            **{"id": n, "kind": kind, **place, "proposal_id": proposal, "review_id": review},
            **{"user_id": user, "grader_id": grader},
        }
        for n, kind, place, proposal, review, user, grader in (
            (1, "proposal", _IN_COURSE, 1, None, None, GIL),
            (2, "review", _IN_COURSE, None, 1, None, INA),
            (3, "answer", _WHY, None, None, ADA, GIL),
        )
    ],
    "readings": [
        {
            **{"id": n, "kind": kind, **place, "proposal_id": proposal, "review_id": review},
            **{"submission_id": submission, "selections": _CHOSEN, **_READ},
        }
        for n, kind, place, proposal, review, submission in (
            (1, "proposal", _IN_COURSE, 1, None, None),
            (2, "review", _IN_COURSE, None, 1, None),
            (3, "presentation", _IN_COURSE, 1, None, None),
            (4, "answer", _WHY, None, None, 1),
        )
    ],
}

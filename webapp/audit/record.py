"""The audit log: written in the transaction of the change it records.

Each action belongs to one kind, by which the log is filtered; another action cannot be recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy.orm import Session

from webapp.base.database import made_with
from webapp.models import AuditEntry, Enrolment
from webapp.models.accounts import LONGEST_SUBJECT

ScoreAction = Literal[
    "grade written answer",
    "read written answer",
    "import gradebook",
    "score written option",
    "score presentation",
    "change rubric",
    "override score",
    "remove override",
    "answer regrade request",
    "start regrade",
    "retry regrade",
    "publish regrade",
    "discard regrade",
    "grade again",
    "cancel",
    "import work",
    "discard import",
]
TimeAction = Literal[
    "give extension",
    "remove extension",
    "change late rules",
    "change pass rule",
    "change course rules",
    "change assignment",
    "add assignment",
    "copy settings",
    "order assignments",
    "retire assignment",
    "take assignment back",
    "delete assignment",
]
RoleAction = Literal[
    "import roster",
    "add to course",
    "change person",
    "bring back to course",
    "make sign-in link",
    "make sign-in links",
    "end sign-in links",
    "remove from course",
    "view as student",
    "end viewing as student",
    "add note",
    "remove note",
]
SightAction = Literal[
    "show results at once",
    "show results after due",
    "show results published",
    "publish results",
    "hide results",
    "publish written scores",
    "hide written scores",
    "open leaderboard",
    "close leaderboard",
    "reveal final ranks",
    "take back final ranks",
    "change suggested papers",
    "change example proposals",
    "change course page",
    "announce",
    "change announcement",
    "remove announcement",
]
WorkAction = Literal[
    "divide readings",
    "assign reader",
    "hide names from readers",
    "show names to readers",
    "draw presentations",
    "move presentation",
    "pause grading",
    "resume grading",
    "compare notebooks",
    "cancel comparison",
    "change room",
]
# What is done to the site rather than in a course; where it is about a course, with its number.
SiteAction = Literal[
    "create course",
    "copy course",
    "archive course",
    "take course back",
    "delete course",
    "join course",
    "make administrator",
    "take back administrator",
    "let create courses",
    "no longer let create courses",
    "make link for the site",
    "bring assignment",
    "prove assignment",
    "use assignment version",
    "use placed assignment",
    "change room of course",
]
Action = ScoreAction | TimeAction | RoleAction | SightAction | WorkAction | SiteAction

# Each kind: the words for it, and its actions.
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "score": ("Scores", get_args(ScoreAction)),
    "time": ("Due times and rules", get_args(TimeAction)),
    "role": ("People and roles", get_args(RoleAction)),
    "sight": ("What students see", get_args(SightAction)),
    "work": ("Reading, grading and comparing", get_args(WorkAction)),
    "site": ("The site", get_args(SiteAction)),
}


@dataclass(frozen=True)
class CommandLine:
    """Whoever runs the site, at its command line: they need no account of the course."""

    course_id: int

    @property
    def user_id(self) -> None:
        """Nobody's: the log calls them the service."""
        return None


@dataclass(frozen=True)
class SiteActor:
    """Somebody with a role of the site, or nobody's number for whoever runs it, at a command line.

    What they do is the site's, or about one course.
    """

    user_id: int | None
    course_id: int | None = None


# Who does something: a person in their course, or whoever runs the site.
Actor = Enrolment | CommandLine


def record(
    session: Session,
    actor: Actor | SiteActor,
    action: Action,
    *,
    subject: str,
    **detail: Any,
) -> None:
    """Note that someone did `action` to `subject`; the caller commits.

    Where it was done with no page, `by` in the detail says with what (see `made_with`).
    """
    tool = "command line" if actor.user_id is None else made_with(session)
    made = detail | ({"by": tool} if tool and "by" not in detail else {})
    record_by(session, actor.user_id, actor.course_id, action, subject=subject, detail=made)


def record_by(
    session: Session,
    actor_id: int | None,
    course_id: int | None,
    action: Action,
    *,
    subject: str,
    detail: dict[str, Any],
) -> None:
    """Note what someone did who may have no enrolment; the caller commits."""
    if not any(action in actions for _, actions in KINDS.values()):
        raise ValueError(f"The log has no kind for {action!r}: add it to one.")
    session.add(
        AuditEntry(
            actor_id=actor_id,
            course_id=course_id,
            action=action,
            subject=subject[:LONGEST_SUBJECT],
            detail=detail,
        )
    )

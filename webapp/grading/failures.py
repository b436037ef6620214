"""Grouping failed checks by their reason, so that staff see what a class has yet to understand.

An author's hint names a mistake and is the reason where there is one. Other messages name numbers,
shapes and positions that differ from one student to the next: these become `#` and `(…)`.
"""

from __future__ import annotations

import re

from autograder.results import CheckResult, GradeResult, Verdict
from webapp.models import CheckFailure

_LONGEST = 300
_NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d[\d_]*(?:\.\d+|\.(?=[\s,\])]))?|\.\d+)(?:[eE][-+]?\d+)?(?!\w)"
)
_SEVERAL = re.compile(r"([(\[])#(?:[,\s]+#)*,?([)\]])")
_NOT_A_MISTAKE = (Verdict.PASSED, Verdict.INFRASTRUCTURE_ERROR)


def failures_of(result: GradeResult) -> list[CheckFailure]:
    """The checks of a result that did not pass, each with its reason."""
    return [
        CheckFailure(
            question=question.name,
            check_name=check.name[:120],
            description=check.description.partition("\n")[0][:_LONGEST],
            reason=reason(check),
        )
        for question in result.questions
        for check in question.checks
        if check.verdict not in _NOT_A_MISTAKE
    ]


def reason(check: CheckResult) -> str:
    """The check's hint, else its message without what differs by chance, else its verdict."""
    text = check.hint.strip() or normalised(check.message) or str(check.verdict)
    return text[:_LONGEST]


def normalised(message: str) -> str:
    """The first line of a message with numbers as `#` and rows of them as `(…)`."""
    line = " ".join(message.strip().partition("\n")[0].split())
    return _SEVERAL.sub(r"\1…\2", _NUMBER.sub("#", line))

"""Reasons of failed checks, scopes of API tokens

How a stored result is read and how a reason is made are as they were then: the records and the
grouping below stay, whatever becomes of the application's own.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TOGETHER = 200
_LONGEST = 300
_NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d[\d_]*(?:\.\d+|\.(?=[\s,\])]))?|\.\d+)(?:[eE][-+]?\d+)?(?!\w)"
)
_SEVERAL = re.compile(r"([(\[])#(?:[,\s]+#)*,?([)\]])")
_NOT_A_MISTAKE = ("passed", "infrastructure_error")
_Verdict = Literal[
    "passed",
    "partial",
    "failed",
    "error",
    "timeout",
    "memory",
    "missing",
    "infrastructure_error",
    "pending",
]


def upgrade() -> None:
    op.create_table(
        "check_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("check_name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"],
            ["results.id"],
            name=op.f("fk_check_failures_result_id_results"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_failures")),
    )
    op.create_index(op.f("ix_check_failures_result_id"), "check_failures", ["result_id"])
    # What a token could do before there were scopes: hand in, and follow one's own work.
    op.add_column(
        "api_tokens",
        sa.Column("scopes", sa.String(length=60), nullable=False, server_default="submit"),
    )
    _fill()


class _Curve(msgspec.Struct):
    label: str
    values: tuple[float, ...]
    cut: bool = False


class _Plot(msgspec.Struct):
    title: str
    x: str
    y: str
    curves: tuple[_Curve, ...]


class _Measure(msgspec.Struct):
    what: str
    value: float


class _Check(msgspec.Struct):
    name: str
    question: str
    description: str
    points: float
    score: float
    verdict: _Verdict
    message: str = ""
    hint: str = ""
    traceback: str = ""
    plots: tuple[_Plot, ...] = ()
    measure: _Measure | None = None


class _Question(msgspec.Struct):
    name: str
    kind: str
    score: float | None
    max_score: float
    verdict: _Verdict
    message: str = ""
    checks: tuple[_Check, ...] = ()


class _Output(msgspec.Struct):
    kind: str
    mime: str
    text: str
    truncated: bool = False


class _Cell(msgspec.Struct):
    cell_index: int
    status: str
    outputs: tuple[_Output, ...] = ()
    error: str = ""
    seconds: float = 0.0


class _Receipt(msgspec.Struct):
    submission_sha256: str
    source_digest: str
    grader_version: str
    environment: dict[str, str]
    seed_id: str
    limits: dict[str, float]
    timings: dict[str, float] = {}
    peak_kb: int = 0
    restarts: int = 0
    cached: bool = False


class _Result(msgspec.Struct):
    submission: str
    assignment: str
    status: Literal["graded", "rejected", "infrastructure_error"]
    score: float | None
    max_score: float
    questions: tuple[_Question, ...] = ()
    error: str = ""
    seconds: float = 0.0
    grader_version: str = ""
    digest: str = ""
    cells: tuple[_Cell, ...] = ()
    receipt: _Receipt | None = None


def _fill() -> None:
    """The reasons of what is graded already, from the results as they are kept."""
    connection = op.get_bind()
    results = sa.table(
        "results", sa.column("id"), sa.column("detail"), sa.column("current", sa.Boolean)
    )
    names = ("result_id", "question", "check_name", "description", "reason")
    failures = sa.table("check_failures", *map(sa.column, names))
    last = 0
    while True:
        rows = connection.execute(
            sa.select(results.c.id, results.c.detail)
            .where(results.c.id > last, results.c.current == sa.true())
            .order_by(results.c.id)
            .limit(_TOGETHER)
        ).all()
        if not rows:
            return
        last = rows[-1].id
        found = [{"result_id": row.id, **each} for row in rows for each in _failures(row.detail)]
        if found:
            connection.execute(sa.insert(failures), found)


def _failures(detail: bytes) -> Iterator[dict[str, Any]]:
    """The checks that did not pass; of a result that is damaged, none."""
    try:
        result = msgspec.json.decode(detail, type=_Result)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return
    for question in result.questions:
        for check in question.checks:
            if check.verdict not in _NOT_A_MISTAKE:
                yield {
                    "question": question.name,
                    "check_name": check.name[:120],
                    "description": check.description.partition("\n")[0][:_LONGEST],
                    "reason": _reason(check),
                }


def _reason(check: _Check) -> str:
    """The check's hint, else its message without what differs by chance, else its verdict."""
    line = " ".join(check.message.strip().partition("\n")[0].split())
    text = check.hint.strip() or _SEVERAL.sub(r"\1…\2", _NUMBER.sub("#", line)) or check.verdict
    return text[:_LONGEST]


def downgrade() -> None:
    # Not in batch mode, which drops the whole table.
    op.drop_column("api_tokens", "scopes")
    op.drop_index(op.f("ix_check_failures_result_id"), table_name="check_failures")
    op.drop_table("check_failures")

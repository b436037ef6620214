"""Reasons of failed checks, scopes of API tokens"""

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TOGETHER = 200


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


def _fill() -> None:
    """The reasons of what is graded already, from the results as they are kept."""
    from autograder.results import from_json
    from webapp.grading.failures import failures_of

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
        found = []
        for row in rows:
            try:
                result = from_json(row.detail)
            except msgspec.MsgspecError:
                continue
            for failure in failures_of(result):
                values = {name: getattr(failure, name) for name in names[1:]}
                found.append({"result_id": row.id, **values})
        if found:
            connection.execute(sa.insert(failures), found)


def downgrade() -> None:
    # Not in batch mode, which drops the whole table.
    op.drop_column("api_tokens", "scopes")
    op.drop_index(op.f("ix_check_failures_result_id"), table_name="check_failures")
    op.drop_table("check_failures")

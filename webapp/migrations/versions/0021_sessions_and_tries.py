"""Sessions that end on the server, and counts of tries at secrets"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_SESSIONS, _TRIES = "browser_sessions", "secret_tries"


def upgrade() -> None:
    op.create_table(
        _SESSIONS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(60), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_SESSIONS}")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f(f"fk_{_SESSIONS}_user_id_users")
        ),
        sa.UniqueConstraint("sha256", name=op.f(f"uq_{_SESSIONS}_sha256")),
    )
    op.create_index(op.f(f"ix_{_SESSIONS}_user_id"), _SESSIONS, ["user_id"])
    op.create_index(op.f(f"ix_{_SESSIONS}_created_at"), _SESSIONS, ["created_at"])
    op.create_table(
        _TRIES,
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f(f"pk_{_TRIES}")),
    )
    op.create_index(op.f(f"ix_{_TRIES}_at"), _TRIES, ["at"])


def downgrade() -> None:
    op.drop_table(_TRIES)
    op.drop_table(_SESSIONS)

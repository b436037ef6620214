"""How many points an assignment gives in the course's total, where not those of its questions"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("course_assignments", sa.Column("points_in_total", sa.Double(), nullable=True))


def downgrade() -> None:
    # Not in batch mode, which drops the whole table.
    op.drop_column("course_assignments", "points_in_total")

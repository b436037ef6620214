"""When imported work counts as handed in, where that is not the moment of its import"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_items", sa.Column("received_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    # Not in batch mode, which drops the whole table.
    op.drop_column("import_items", "received_at")

"""Orders that the books have refused rest: how often, under what circumstances, and until when."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("orders", sa.Column("refusals", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("refused_under", sa.String(), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("again_at", sa.DateTime(timezone=True), nullable=True))

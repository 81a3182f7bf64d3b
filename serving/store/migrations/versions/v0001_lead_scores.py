"""The newest score of each lead, its details, and the newest run."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "lead_scores",
        sa.Column("lead_id", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False, comment="whom to show: a person, else a company, else empty"),
        sa.Column("subtitle", sa.Text, nullable=False, comment="job title and company"),
        sa.Column("search", sa.Text, nullable=False, comment="id, title and summary in small letters"),
        sa.Column("as_of_us", sa.BigInteger, nullable=False, comment="microseconds since 1970 UTC; 0 in a flat table"),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("probability_low", sa.Float),
        sa.Column("probability_high", sa.Float),
        sa.Column("percentile", sa.Integer),
        *(
            sa.Column(name, sa.Float, nullable=False)
            for name in ("log_odds", "base_log_odds", "points", "fit", "engagement", "timing")
        ),
        sa.Column("tier", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("disqualified", sa.Text),
        sa.Column("no_mail", sa.Text),
        sa.Column("suspect", sa.Text),
        sa.Column("dormant", sa.Boolean, nullable=False),
        sa.Column("machine_events", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
    )
    op.create_index("lead_scores_hottest", "lead_scores", [sa.text("log_odds DESC"), "lead_id"])
    op.create_table(
        "lead_details",
        sa.Column("lead_id", sa.Text, sa.ForeignKey("lead_scores.lead_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("as_of_us", sa.BigInteger, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_table(
        "score_runs",
        sa.Column("as_of_us", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("n_scored", sa.Integer, nullable=False),
        sa.Column("n_stored", sa.Integer, nullable=False),
        sa.Column(
            "movers", sa.Text, nullable=False, comment="what moves the scores most, as JSON (`serving.store.detail`)"
        ),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("score_runs", "lead_details", "lead_scores"):
        op.drop_table(table)

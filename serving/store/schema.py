"""The tables of the store as they are now; `migrations/` brings older ones here."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

METADATA = MetaData()
#: The newest migration: a number, so that an older program knows a newer store.
REVISION = "0001"

#: The newest score of a lead, with what a list of leads shows.
LEADS = Table(
    "lead_scores",
    METADATA,
    Column("lead_id", Text, primary_key=True),
    Column("title", Text, nullable=False, comment="whom to show: a person, else a company, else empty"),
    Column("subtitle", Text, nullable=False, comment="job title and company"),
    Column("search", Text, nullable=False, comment="id, title and summary in small letters"),
    Column("as_of_us", BigInteger, nullable=False, comment="microseconds since 1970 UTC; 0 in a flat table"),
    Column("probability", Float, nullable=False),
    Column("probability_low", Float),
    Column("probability_high", Float),
    Column("percentile", Integer),
    Column("log_odds", Float, nullable=False),
    Column("base_log_odds", Float, nullable=False),
    Column("points", Float, nullable=False),
    Column("fit", Float, nullable=False),
    Column("engagement", Float, nullable=False),
    Column("timing", Float, nullable=False),
    Column("tier", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("disqualified", Text),
    Column("no_mail", Text),
    Column("suspect", Text),
    Column("dormant", Boolean, nullable=False),
    Column("machine_events", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("rules_version", Text, nullable=False),
    Column("summary", Text, nullable=False),
)
#: The order of the list: the hottest first, ties by id.
Index("lead_scores_hottest", LEADS.c.log_odds.desc(), LEADS.c.lead_id)

#: What a lead's own page shows beside that, as JSON (`serving.store.detail`); apart, so that lists stay quick.
DETAILS = Table(
    "lead_details",
    METADATA,
    Column("lead_id", Text, ForeignKey(LEADS.c.lead_id, ondelete="CASCADE"), primary_key=True),
    Column("as_of_us", BigInteger, nullable=False),
    Column("detail", Text, nullable=False),
)

#: The newest run over all leads of the company; at most one row.
RUNS = Table(
    "score_runs",
    METADATA,
    Column("as_of_us", BigInteger, primary_key=True, autoincrement=False),
    Column("model_version", Text, nullable=False),
    Column("n_scored", Integer, nullable=False),
    Column("n_stored", Integer, nullable=False),
    Column("movers", Text, nullable=False, comment="what moves the scores most, as JSON (`serving.store.detail`)"),
)

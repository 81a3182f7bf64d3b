"""Snapshots of leads with a log, and features by hand, as somebody without Leadlight would make them with pandas."""

from collections.abc import Sequence

import pandas as pd

#: The ages at which a lead's history is photographed.
AGES = tuple(pd.Timedelta(age) for age in ("1h", "1D", "3D", "7D", "14D", "21D", "30D", "45D"))
WINDOWS_DAYS = (7, 30)
NEVER_DAYS = 999.0


def ripe_snapshots(
    leads: pd.DataFrame, deals: pd.DataFrame, *, horizon: pd.Timedelta, until: pd.Timestamp
) -> pd.DataFrame:
    """Every lead at every age at which it was still open and its horizon has passed before `until`.

    Returns a row per snapshot: lead_id, as_of, created_at, won.
    """
    at_ages = [_with_deals(leads, deals).assign(age=age) for age in AGES]
    snapshots = pd.concat(at_ages, ignore_index=True)
    snapshots["as_of"] = snapshots.created_at + snapshots.age
    ripe = snapshots[_is_open(snapshots) & (snapshots.as_of + horizon <= until)]
    return _labelled(ripe, horizon)


def later_snapshots(
    leads: pd.DataFrame, deals: pd.DataFrame, *, horizon: pd.Timedelta, dates: Sequence[pd.Timestamp]
) -> pd.DataFrame:
    """The leads that are open at each of some dates, in the same columns."""
    at_dates = [_with_deals(leads, deals).assign(as_of=day) for day in dates]
    snapshots = pd.concat(at_dates, ignore_index=True)
    return _labelled(snapshots[(snapshots.created_at < snapshots.as_of) & _is_open(snapshots)], horizon)


def snapshot_features(leads: pd.DataFrame, events: pd.DataFrame, snapshots: pd.DataFrame) -> pd.DataFrame:
    """Per event type its number in all and in the last 7 and 30 days, and the days since its last; age, amount.

    Only events before `as_of` count. The rows stand in the order of the snapshots.
    """
    log = events[["lead_id", "type"]].assign(at=pd.to_datetime(events["at"], format="ISO8601", utc=True))
    keyed = snapshots[["lead_id", "as_of"]].reset_index(drop=True).rename_axis("row").reset_index()
    seen = keyed.merge(log, on="lead_id")
    seen = seen[seen["at"] < seen.as_of]
    seen["days"] = (seen.as_of - seen["at"]).dt.total_seconds() / 86_400
    types = pd.Index(log["type"].unique()).sort_values()
    blocks = [_counts(seen, keyed, types, "all")]
    blocks += [_counts(seen[seen.days <= days], keyed, types, f"{days}d") for days in WINDOWS_DAYS]
    last = seen.pivot_table(index="row", columns="type", values="days", aggfunc="min")
    blocks.append(last.reindex(index=keyed.row, columns=types).fillna(NEVER_DAYS).add_suffix(" last"))
    age_days = (snapshots.as_of - snapshots.created_at).dt.total_seconds() / 86_400
    attributes = leads.drop(columns="created_at").set_index("lead_id").reindex(snapshots.lead_id)
    return pd.concat(
        [*blocks, pd.DataFrame({"age_days": age_days.to_numpy()}), attributes.reset_index(drop=True)], axis=1
    ).astype("float64")


def _counts(seen: pd.DataFrame, keyed: pd.DataFrame, types: pd.Index, name: str) -> pd.DataFrame:
    counts = seen.groupby(["row", "type"]).size().unstack(fill_value=0)
    return counts.reindex(index=keyed.row, columns=types, fill_value=0).add_suffix(f" {name}")


def _with_deals(leads: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    joined = leads[["lead_id", "created_at"]].merge(deals, on="lead_id", how="left")
    for column in ("created_at", "closed_at"):
        joined[column] = pd.to_datetime(joined[column], format="ISO8601", utc=True)
    return joined


def _is_open(snapshots: pd.DataFrame) -> pd.Series:
    return snapshots.closed_at.isna() | (snapshots.closed_at > snapshots.as_of)


def _labelled(snapshots: pd.DataFrame, horizon: pd.Timedelta) -> pd.DataFrame:
    in_time = snapshots.closed_at <= snapshots.as_of + horizon
    labelled = snapshots.assign(won=(snapshots.outcome == "won") & in_time)
    return labelled[["lead_id", "as_of", "created_at", "won"]].reset_index(drop=True)

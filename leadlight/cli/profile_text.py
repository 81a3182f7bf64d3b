"""A profile of the tables for people and for programs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from features.times import time_of
from leadlight.cli.output import print_table, say

if TYPE_CHECKING:
    from training.profile import ColumnProfile, Period, Profile, TypeProfile

_MAX_TYPES = 40
_SHOWN = 30
_HALF_PERCENT = 0.005
#: One person's own words: the commonest says nothing, and is nobody's business.
_UNSHOWN = frozenset({"text", "email", "name", "phone", "website"})


def print_profile(profile: "Profile", kinds: Mapping[str, str]) -> None:
    """Columns, times, event types, outcomes by month, and what is left to learn from."""
    _print_columns(profile.columns, kinds)
    if profile.spans:
        print_table(
            ("times (UTC)", "first", "last"), [(name, *map(_day, span)) for name, span in profile.spans.items()]
        )
    if profile.event_types:
        _print_types(profile.event_types)
    if profile.n_closed:
        _print_periods(profile)
        _print_ripeness(profile)


def _print_columns(columns: "Sequence[ColumnProfile]", kinds: Mapping[str, str]) -> None:
    rows = [(column.name, str(column.kind), _share(column.missing), _content(column)) for column in columns]
    rows += [(name, kind, "", "") for name, kind in kinds.items() if kind == "ignore"]
    print_table(("column", "read as", "missing", "holds"), sorted(rows))


def _content(column: "ColumnProfile") -> str:
    if column.n_levels is not None:
        if column.commonest is None or column.commonest_share is None or column.kind in _UNSHOWN:
            return f"{column.n_levels:,} values"
        common = column.commonest if len(column.commonest) <= _SHOWN else f"{column.commonest[:_SHOWN]}..."
        return f"{column.n_levels:,} values, {_share(column.commonest_share)} {common}"
    if column.low is None or column.high is None:
        return "nothing"
    if column.kind == "date":
        return f"{_day(column.low)} to {_day(column.high)}"
    if column.kind == "flag":
        return f"{_share(column.mean or 0.0)} yes"
    return f"{column.low:,.6g} to {column.high:,.6g}, mean {column.mean:,.4g}"


def _print_types(types: "Sequence[TypeProfile]") -> None:
    rows = [
        (kind.name, f"{kind.n_events:,}", f"{kind.n_leads:,}", _day(kind.first_us), _day(kind.last_us), _silence(kind))
        for kind in types[:_MAX_TYPES]
    ]
    print_table(("event type", "events", "leads", "first", "last", ""), rows)
    if len(types) > _MAX_TYPES:
        say(f"and {len(types) - _MAX_TYPES:,} rarer types, which count together as other")
    if any(kind.began_late for kind in types):
        say("What began late may not have been tracked: `events.observed_from` keeps older snapshots out of training.")
    if any(kind.fell_silent for kind in types):
        say("What fell silent may no longer be tracked: a model would take it for lost interest.")


def _silence(kind: "TypeProfile") -> str:
    said = {"began late": kind.began_late, "fell silent": kind.fell_silent}
    return ", ".join(words for words, holds in said.items() if holds)


def _print_periods(profile: "Profile") -> None:
    rows = [(p.label, f"{p.n_leads:,}", f"{p.n_closed:,}", f"{p.n_won:,}", _won_share(p)) for p in profile.periods]
    if rows:
        print_table(
            ("leads that came" if profile.spans else "in their order", "leads", "closed", "won", "won of closed"), rows
        )


def _won_share(period: "Period") -> str:
    if period.won_share is None:
        return ""
    return _share(period.won_share) + ("" if period.is_ripe else ", so far")


def _print_ripeness(profile: "Profile") -> None:
    from training.split import MIN_OF_EACH_OUTCOME

    ripe = profile.ripeness
    dormant = f", {profile.n_dormant:,} of these dormant: older than any age that is learned from"
    again = f" ({profile.n_reopened:,} of them open again)" if profile.n_reopened else ""
    say(
        f"{profile.n_closed:,} of {profile.n_leads:,} leads were closed{again}, {profile.n_won:,} of them won; "
        f"{profile.n_open:,} are open{dormant if profile.n_dormant else ''}."
    )
    if not profile.n_open:
        say(
            "No lead is open, so `leadlight score` has none of its own: give it new ones by --leads, or empty the "
            "outcome of those that are still open."
        )
    if profile.n_won == profile.n_closed:
        say(
            "No lead is lost here: who is not won stays open for good, and counts as not won at every age whose "
            "horizon has passed. Leads that were given up are scored too, and learned from as if they were worked."
        )
    if ripe.oldest_age_days is not None and ripe.observed_until_us is not None:
        n_young = profile.n_leads - ripe.n_ripe_leads
        say(
            f"Outcomes are complete until {_day(ripe.observed_until_us)}. "
            f"To learn from: {ripe.n_snapshots:,} snapshots of {ripe.n_leads:,} leads, {ripe.n_won_leads:,} of them "
            f"won, at ages up to {ripe.oldest_age_days:.4g} days; the horizon of {n_young:,} leads has not passed."
        )
    if not ripe.is_enough:
        cure = "" if ripe.observed_until_us is None else "; a shorter goal.horizon has passed for more leads"
        say(
            f"Too little to learn from: the outcome of {ripe.n_leads:,} leads is ripe, {ripe.n_won_leads:,} of them "
            f"won. Below {MIN_OF_EACH_OUTCOME} won or lost ones the rules alone score{cure}."
        )


def profile_json(profile: "Profile") -> dict[str, object]:
    """The profile as `check --json` prints it: times in ISO 8601, missing values as null."""
    from dataclasses import asdict

    columns = []
    for column in profile.columns:
        content = asdict(column)
        if column.kind == "date":
            content |= {key: _moment(content[key]) for key in ("low", "high")}
        columns.append(content)
    types = [
        {**asdict(kind), "first_us": time_of(kind.first_us).isoformat(), "last_us": time_of(kind.last_us).isoformat()}
        for kind in profile.event_types
    ]
    return {
        "leads": profile.n_leads,
        "open": profile.n_open,
        "closed": profile.n_closed,
        "won": profile.n_won,
        "reopened": profile.n_reopened,
        "lost_first": profile.n_lost_first,
        "dormant": profile.n_dormant,
        "columns": columns,
        "times": {name: [time_of(us).isoformat() for us in span] for name, span in profile.spans.items()},
        "event_types": [{key.removesuffix("_us"): value for key, value in kind.items()} for kind in types],
        "periods": [{**asdict(period), "won_share": period.won_share} for period in profile.periods],
        "ripeness": {
            **{key: value for key, value in asdict(profile.ripeness).items() if key != "observed_until_us"},
            "observed_until": _moment(profile.ripeness.observed_until_us),
        },
    }


def _moment(us: float | None) -> str | None:
    return None if us is None else time_of(int(us)).isoformat()


def _day(us: float) -> str:
    return time_of(int(us)).date().isoformat()


def _share(share: float) -> str:
    """A share in percent; some is never told as none, nor nearly all as all."""
    if 0 < share < _HALF_PERCENT:
        return "<1%"
    return ">99%" if 1 - _HALF_PERCENT <= share < 1 else f"{share:.0%}"

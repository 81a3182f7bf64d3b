"""`leadlight check`: are the project file and its tables as they should be?"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from features.times import microseconds_of
from leadlight.cli.leaks_text import print_leaks, stops
from leadlight.cli.options import DEFAULT_PROJECT, JsonOption, ProjectOption
from leadlight.cli.output import note, print_json, print_table, say
from leadlight.cli.profile_text import print_profile, profile_json
from leadlight.cli.rule_doubts import print_doubts, rule_doubts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from features.crm import Crm
    from features.quarantine import TableCount
    from leadlight.project import Project
    from training.leaks.finding import Leak
    from training.profile import Profile


def check(config: ProjectOption = DEFAULT_PROJECT, as_json: JsonOption = False) -> int:
    """Validate the project file, read every table, report all problems at once, and show what is there."""
    from dataclasses import asdict

    from features.crm_reader import TooManyBadRows
    from features.yaml_text import BadDocument
    from leadlight.project import load_project

    try:
        project = load_project(config)
        problems = _rule_problems(project)
        crm = project.read()
        project.keep_quarantine(crm.counts)
        problems += _training_problems(project, crm)
        problems += _gate_problems(project, crm) if not problems else []
    except BadDocument as error:
        cause = error.__cause__
        counts = cause.counts if isinstance(cause, TooManyBadRows) else ()
        print_json(_report(counts, list(error.problems), [])) if as_json else say(str(error))
        return 2
    unmatched = _unmatched(project, crm) if not problems else []
    doubts = rule_doubts(project, crm) if not problems else []
    leaks = _leaks(project, crm) if not problems else ()
    profile = _profile(project, crm)
    notes = _notes(project, crm, profile)
    if as_json:
        report = _report(crm.counts, problems, unmatched, leaks)
        told = {"rule_doubts": doubts, "notes": [*crm.notes, *notes], "machine_events": asdict(crm.machines)}
        print_json({**report, **told, **profile_json(profile)})
    else:
        _print(crm, profile, notes, leaks)
        _print_unmatched(project, unmatched)
        print_doubts(doubts)
        note_none_won(project, crm)
        _print_verdict(problems, leaks)
    return 2 if problems or stops(leaks) else 0


def _leaks(project: "Project", crm: "Crm") -> "tuple[Leak, ...]":
    from leadlight.cli.train import training_request
    from training.run import find_leaks

    return find_leaks(crm, training_request(project, crm, until=None, seed=0))


def _profile(project: "Project", crm: "Crm") -> "Profile":
    from training.profile import profile_of

    return profile_of(
        crm,
        project.file.goal,
        observed_until_us=project.observed_until_us(crm),
        is_ordered=project.is_ordered or project.file.leads.id is None,
    )


def _rule_problems(project: "Project") -> list[str]:
    from features.yaml_text import BadDocument

    try:
        project.rulebook()
    except BadDocument as error:
        return list(error.problems)
    return []


def _training_problems(project: "Project", crm: "Crm") -> list[str]:
    """What training would refuse, and a word for won that no deal has."""
    from features.sources import BadProject
    from features.yaml_text import BadDocument

    try:
        crm.learn_spec()
        _ = project.store_url  # that is read too, and refused where it is none
    except BadProject as error:
        return list(project.bad(error.problems).problems)
    except BadDocument as error:
        return list(error.problems)
    project.observed_until_us(crm)
    return []


def note_none_won(project: "Project", crm: "Crm") -> None:
    """Say so where leads are closed and none is won, as where the word for won is spelt otherwise in the table."""
    from features.tables import NEVER_US

    n_closed = int((crm.outcomes.closed_us != NEVER_US).sum())
    if n_closed and (crm.outcomes.won_us == NEVER_US).all() and project.file.outcomes is not None:
        won = project.file.outcomes.won
        note(f"none of the {n_closed} closed leads is won: is `won: {won}` spelt as in the table?")


def _gate_problems(project: "Project", crm: "Crm") -> list[str]:
    """Gates that shut out too many of those who bought."""
    from training.greedy_gates import GreedyGate
    from training.history import leads_at_their_time

    try:
        leads_at_their_time(crm, project.file.goal, project.rulebook(), project.observed_until_us(crm))
    except GreedyGate as error:
        return list(project.in_rules(error.found).problems)
    return []


def _unmatched(project: "Project", crm: "Crm") -> list[str]:
    from features.sources import Problem
    from models.rules import unmatched_rules

    types = crm.events.types if crm.events is not None else ()
    found = unmatched_rules(project.rulebook(), crm.leads.columns, types)
    cure = "correct the name, or delete it"
    said = [Problem(each.place, f"{each.what} {each.rule_id}: {each.why}; {cure}") for each in found]
    return list(project.in_rules(said).problems) if said else []


def _notes(project: "Project", crm: "Crm", profile: "Profile") -> list[str]:
    """What the tables do not tell, and which key would."""
    from training.history_gaps import lacking_history

    notes = [
        f"history: {n:,} leads have a {name} today and none in the history, where it counts as missing; add a row "
        "with the value they came with"
        for name, n in lacking_history(crm, crm.newest_us + 1).items()
        if n
    ]
    if profile.n_lost_first and project.file.outcomes is not None and project.file.outcomes.opened_at is None:
        notes.append(
            f"outcomes: {profile.n_lost_first:,} leads were lost before they were won; when their later deal was "
            "opened is not known, so they count as closed in between: name that column by `outcomes.opened_at`"
        )
    return [*notes, *_future_notes(crm, microseconds_of(datetime.now(UTC) + timedelta(days=1)))]


def _future_notes(crm: "Crm", tomorrow_us: int) -> list[str]:
    """What the tables say of a time to come; it is read as it stands, so that no clock changes what is computed."""
    leads = 0 if crm.leads.created_us is None else int((crm.leads.created_us > tomorrow_us).sum())
    events = 0 if crm.events is None else int((crm.events.at_us > tomorrow_us).sum())
    found = [f"{n:,} {what}" for n, what in ((leads, "leads"), (events, "events")) if n]
    if not found:
        return []
    return [
        f"{' and '.join(found)} lie in the future: planned, or a wrong time. Scores are as of the newest time in the "
        "tables, so mend or leave out those rows, or give the time by --as-of"
    ]


def _report(
    tables: "Sequence[TableCount]", problems: list[str], unmatched: list[str], leaks: "Sequence[Leak]" = ()
) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "rows_read": sum(count.rows_read for count in tables),
        "rows_used": sum(count.rows_used for count in tables),
        "rows_quarantined": sum(len(count.bad) for count in tables),
        "tables": [
            {"file": c.file, "rows_read": c.rows_read, "rows_used": c.rows_used, "rows_quarantined": len(c.bad)}
            for c in tables
        ],
        "leaks": [asdict(leak) for leak in leaks],
        "problems": problems,
        "rules_without_match": unmatched,
    }


def _print(crm: "Crm", profile: "Profile", notes: list[str], leaks: "Sequence[Leak]") -> None:
    from features.quarantine import commonest_reasons

    rows = [(count.file, count.rows_read, count.rows_used, len(count.bad)) for count in crm.counts]
    print_table(("table", "rows read", "used", "quarantined"), rows)
    for reason, n in commonest_reasons(crm.counts):
        say(f"  {n} x {reason}")
    for line in crm.notes:
        say(f"Taken for granted: {line}")
    print_profile(profile, crm.kinds)
    if crm.machines.total:
        say(
            f"{crm.machines.total:,} events were made by machines that read the mail first, and count for nothing: "
            f"{crm.machines.instant:,} at once after its sending, {crm.machines.burst:,} in a burst of clicks, "
            f"{crm.machines.named:,} by the log's own word."
        )
    for line in notes:
        say(f"{line}.")
    print_leaks(leaks)


def _print_verdict(problems: list[str], leaks: "Sequence[Leak]") -> None:
    for problem in problems:
        say(problem)
    say("The project has problems." if problems or stops(leaks) else "The project is fine.")


def _print_unmatched(project: "Project", unmatched: list[str]) -> None:
    """Rules that match nothing: each of the company's own, but those of the starter, made for all, as a number."""
    if not unmatched:
        return
    if project.file.rules is None:
        n_rules = len(project.rulebook().rules)
        n_matched = n_rules - sum(": rule " in line for line in unmatched)
        cure = "" if n_matched else "; write your own into a file and name it by `rules:`"
        say(f"Of the {n_rules} shipped starter rules {n_matched or 'none'} match something here{cure}.")
        return
    say(f"{len(unmatched)} conditions of the rulebook match nothing here and are skipped:")
    for line in unmatched:
        say(f"  {line}")

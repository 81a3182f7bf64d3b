"""Which model scores: a challenger beside the champion, promotion and rollback, each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.build import build_features
from features.crm import Crm
from features.labels import LabelledSnapshots
from features.snapshots import Snapshots
from features.tables import FloatArray, no_events
from models.bundle import BrokenBundle, load_bundle
from models.lead_model import LeadModel
from models.rules import score_rules
from models.scoring import row_log_odds
from models.workspace import Workspace
from training.contest import Contest, contest
from training.history import History, build_history
from training.judging import Judged
from training.promotion_log import Action, Decision, Signature, champion_before, note_decision
from training.refitting import refit
from training.registry import Registry
from training.request import TrainingRequest
from training.split import Split, is_enough


@dataclass(frozen=True)
class Ruling:
    """Whether a model may become the champion, and why; `contest` is None where nothing was compared."""

    is_promoted: bool
    why: str
    contest: Contest | None = None


def rule_on(challenger: LeadModel, workspace: Workspace, crm: Crm, request: TrainingRequest) -> Ruling:
    """Compare a model with the workspace's champion on the tables as they are now; nothing stored is believed.

    Parameters
    ----------
    crm, request : the tables and the goal that both are judged by.
    """
    version = workspace.champion()
    if version is None:
        return Ruling(True, "there was no champion")
    if version == challenger.version:
        return Ruling(True, "it is the champion already")
    try:
        champion = load_bundle(workspace.models / version)
    except BrokenBundle as error:
        return Ruling(True, f"the champion can not be used: {error}")
    if champion.facts.trained_on.n_snapshots and not challenger.facts.trained_on.n_snapshots:
        return Ruling(False, "it saw no deal")
    return _compared(champion, challenger, crm, request)


def _compared(champion: LeadModel, challenger: LeadModel, crm: Crm, request: TrainingRequest) -> Ruling:
    own = build_history(crm, request, challenger.rulebook, spec=challenger.facts.spec)
    unfit = _why_unfit(champion, crm, own.data.matrix.snapshots)
    if unfit is not None:
        return Ruling(True, f"the champion can not score these tables: {unfit}")
    split = own.split()
    if not split.blocks:
        learned = champion.facts.source not in ("rules", "base_rate")
        return Ruling(not learned, "there are too few deals to compare by" + (", and the champion learned" * learned))
    met = _met_directly(champion, challenger, own, crm, seed=request.seed)
    if met is not None:
        return Ruling(met.is_won, f"on deals that neither had seen: {met.why}", met)
    if champion.facts.recipe is None or challenger.facts.recipe is None:
        return Ruling(False, "a bundle this old does not tell its recipe, so that it can not be fitted again")
    is_alike = (champion.facts.spec, champion.rules_text) == (challenger.facts.spec, challenger.rules_text)
    past = LabelledSnapshots(own.data.matrix.snapshots, own.data.won)  # whatever the gates of the champion say of them
    theirs = own if is_alike else build_history(crm, request, champion.rulebook, spec=champion.facts.spec, past=past)
    old = _refitted(champion, theirs, split, seed=request.seed)
    new = _refitted(challenger, own, split, seed=request.seed)
    found = contest(old.margin, new.margin, new.won, new.lead, seed=request.seed)
    return Ruling(found.is_won, f"both recipes fitted on the same blocks: {found.why}", found)


def _refitted(model: LeadModel, history: History, split: Split, *, seed: int) -> Judged:
    recipe, of_rows = model.facts.recipe, model.facts.trained_on.n_snapshots
    assert recipe is not None  # asked before
    return refit(recipe, history.data, split, model.rulebook, of_rows=of_rows, seed=seed)


def _why_unfit(model: LeadModel, crm: Crm, snapshots: Snapshots) -> str | None:
    """Why the tables of today are none that a model can score, as where a column changed its kind; None if they are."""
    try:
        build_features(crm.leads, crm.events, snapshots.take(np.arange(min(1, len(snapshots)))), model.facts.spec)
    except (TypeError, ValueError) as error:
        return str(error)
    return None


def _met_directly(
    champion: LeadModel, challenger: LeadModel, history: History, crm: Crm, *, seed: int
) -> Contest | None:
    """The two as they ship, on snapshots from after all that either had seen; None where those are too few."""
    seen = [model.facts.trained_on.observed_until_us for model in (champion, challenger)]
    if None in seen or history.horizon_us is None:
        return None
    data = history.data
    rows = np.flatnonzero(data.matrix.snapshots.as_of_us >= max(until for until in seen if until is not None))
    if not is_enough(data.won[rows], data.lead[rows]):
        return None
    snapshots = data.matrix.snapshots.take(rows)
    old, new = (_shown(model, crm, snapshots) for model in (champion, challenger))
    return contest(old, new, data.won[rows], data.lead[rows], seed=seed)


def _shown(model: LeadModel, crm: Crm, snapshots: Snapshots) -> FloatArray:
    matrix = build_features(crm.leads, crm.events, snapshots, model.facts.spec)
    log, actors = crm.events or no_events(), model.facts.spec.actors
    return row_log_odds(model, matrix, score_rules(model.rulebook, crm.leads, log, snapshots, actors=actors))


def promote(
    model: LeadModel,
    workspace: Workspace,
    registry: Registry,
    ruling: Ruling,
    signed: Signature,
    *,
    is_forced: bool = False,
) -> Decision:
    """Make a model the champion if the ruling says so: first MLflow's alias, then the workspace's file, then the line.

    Raises
    ------
    RegistryDown : MLflow does not answer; nothing was changed.
    """
    action: Action = "promote" if ruling.is_promoted else "refuse"
    return _act(action, model.version, workspace, registry, ruling.why, signed, is_forced=is_forced)


def roll_back(workspace: Workspace, registry: Registry, signed: Signature) -> Decision:
    """Make the champion again what it replaced.

    Raises
    ------
    NoEarlierChampion : it replaced nothing.
    BrokenBundle : the earlier bundle is missing or was tampered with.
    """
    version = workspace.champion()
    earlier = None if version is None else champion_before(workspace, version)
    if version is None or earlier is None:
        raise NoEarlierChampion(
            f"found no earlier champion of {workspace.folder}; `leadlight models list` shows what could be promoted"
        )
    load_bundle(workspace.models / earlier)
    return _act("rollback", earlier, workspace, registry, f"{version} was rolled back", signed)


class NoEarlierChampion(ValueError):
    """There is nothing to roll back to."""


def _act(
    action: Action,
    version: str,
    workspace: Workspace,
    registry: Registry,
    why: str,
    signed: Signature,
    *,
    is_forced: bool = False,
) -> Decision:
    previous = workspace.champion()
    if action != "refuse" and version != previous:
        registry.name_champion(version)
        workspace.set_champion(version)
    decision = Decision(signed.at, signed.by, action, version, previous, why, is_forced)
    note_decision(workspace, decision)
    return decision


@dataclass(frozen=True)
class Synced:
    """What MLflow was told of: the bundles logged, and those that are not whole with the reason."""

    logged: tuple[str, ...]
    broken: Mapping[str, str]


def sync(workspace: Workspace) -> Synced:
    """Log every bundle of the workspace that MLflow does not know, and name the champion there."""
    registry = Registry(workspace)
    known = registry.versions()
    logged, broken = [], {}
    for version in workspace.versions():
        if version not in known:
            try:
                registry.log(load_bundle(workspace.models / version))
                logged.append(version)
            except BrokenBundle as error:
                broken[version] = str(error)
    champion = workspace.champion()
    if champion is not None and champion not in broken:
        registry.name_champion(champion)
    return Synced(tuple(logged), broken)

"""The leak audit: what in the tables may carry the outcome, before anything is learned from it."""

from features.crm import Crm
from models.rules import RuleBook
from training.history import History
from training.leaks.columns import JudgedBlocks, auc_alone, columns_of, raw_columns_of
from training.leaks.filling import filling_leaks
from training.leaks.finding import Leak, LeakSettings, of_concern
from training.leaks.lateness import filled_too_late
from training.leaks.log import outcome_events, rep_made
from training.leaks.naming import named_leaks, near_unique
from training.leaks.strength import strong_columns
from training.split import Split


def audit_leaks(
    crm: Crm,
    history: History,
    split: Split,
    rulebook: RuleBook,
    settings: LeakSettings,
    *,
    seed: int,
) -> tuple[Leak, ...]:
    """Every finding that the project did not accept, those that stop first.

    Parameters
    ----------
    history : the training set of the same tables; columns whose history is known are judged as they stood.
    split : its blocks; none where there are too few deals to judge by, which leaves names, ids and fill rates.
    """
    features = columns_of(history.spec)
    as_they_stand = [name for name in features if name not in crm.leads.history]
    found = [
        *named_leaks(crm.leads),
        *near_unique(crm.leads, raw_columns_of(history.spec)),
        *filling_leaks(crm, as_they_stand, known_from_signup=settings.known_from_signup),
        *filled_too_late(crm, features),
        *outcome_events(crm, settings.accepted),
    ]
    if split.blocks:
        blocks = JudgedBlocks.of(history.data, split)
        doubtful = frozenset(leak.column for leak in found if leak.rule in ("name", "filled_when_closed"))
        aucs = {name: auc_alone(blocks, its) for name, its in features.items()}
        found += strong_columns(aucs, history.spec, blocks, rulebook, doubtful=doubtful, seed=seed)
        found += rep_made(crm, history.spec, blocks)
    return of_concern(found, settings.accepted)

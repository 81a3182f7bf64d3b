"""What a training tells of its rulebook."""

import numpy as np

from features.crm import Crm
from models.rules import load_starter
from tests.company import flat_crm, request_for, small_crm
from training.rules_section import rules_section
from training.run import TrainedModel, train_model


def test_a_training_tells_of_each_rule_and_of_where_the_model_parts_from_them(crm: Crm, trained: TrainedModel) -> None:
    section = rules_section(crm, request_for(crm), trained)

    parted, judged = section.disagreement, trained.judged
    assert [worth.id for worth in section.rules] == [rule.id for rule in load_starter().rules]
    assert parted is not None
    assert judged is not None
    groups = (parted.both, parted.rules_only, parted.model_only, parted.neither)
    assert sum(one.n_leads for one in groups) >= len(np.unique(judged.lead))


def test_a_company_without_deals_and_a_flat_table_have_a_section_too() -> None:
    young, flat = small_crm(80, n_closed=0), flat_crm(120)

    sections = [rules_section(crm, request_for(crm), train_model(crm, request_for(crm))) for crm in (young, flat)]

    assert (sections[0].won.n_leads, sections[0].disagreement) == (0, None)
    assert sections[1].won.n_leads > 60

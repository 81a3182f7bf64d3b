"""Point tables of other tools, as CSV, turned into a rulebook."""

from leadlight.rule_import.hubspot import read_hubspot
from leadlight.rule_import.mautic import read_mautic
from leadlight.rule_import.point_table import BadPointTable, ImportedRules
from leadlight.rule_import.render import rulebook_text

READERS = {"hubspot": read_hubspot, "mautic": read_mautic}

__all__ = ["READERS", "BadPointTable", "ImportedRules", "read_hubspot", "read_mautic", "rulebook_text"]

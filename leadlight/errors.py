"""Which errors are the input's fault: the command line answers them with their text and exit code 2."""


class BadRequest(ValueError):
    """The command's arguments do not fit the project; the text says what to do."""


def bad_input_types() -> tuple[type[Exception], ...]:
    """Every error whose text is meant for the person who gave the input.

    The modules are imported when asked for, since they bring numpy and pydantic.
    """
    from features.sources import BadProject
    from features.yaml_text import BadDocument
    from leadlight.rule_import import BadPointTable
    from models.bundle import BrokenBundle
    from models.forest import BrokenBooster
    from serving.score_table import BadOutput
    from serving.settings import BadSettings
    from training.leaks.finding import LeaksFound
    from training.promotion import NoEarlierChampion
    from training.registry import NotRegistered
    from training.writing import WorkspaceBusy

    return (
        *(WorkspaceBusy, BadRequest, BadProject, BadDocument, BadPointTable, LeaksFound),
        *(NoEarlierChampion, NotRegistered, BrokenBooster, BrokenBundle, BadOutput, BadSettings),
    )


def failure_types() -> tuple[type[Exception], ...]:
    """Every error that is nobody's input, with a text for the person who waits: exit code 1."""
    from training.registry import RegistryDown

    return (RegistryDown,)

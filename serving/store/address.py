"""Where the store is: the URL that `store` gives, else a SQLite file in the workspace."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from features.databases import with_variables
from features.sources import BadProject, Problem
from models.workspace import Workspace

#: The word for no store at all.
NONE = "none"
KEY = ("store",)
_URL = re.compile(r"(sqlite|postgresql|postgres)(\+\w+)?://(.*)", re.DOTALL)


def store_url(
    said: str | None, *, folder: Path, workspace: Workspace, environment: Mapping[str, str] = os.environ
) -> str:
    """The URL of the store; empty where there shall be none.

    Parameters
    ----------
    said : a URL of SQLite or PostgreSQL with ``${VARIABLES}`` of the environment, `none`, or None for the usual file.
    folder : where the path of a SQLite file starts.

    Raises
    ------
    BadProject : another database, or a variable that is not set; the text shows no part of the URL but its kind.

    >>> there = Path("/crm")
    >>> store_url(None, folder=there, workspace=Workspace(there / "workspace"))
    'sqlite:////crm/workspace/leads.db'
    >>> store_url("sqlite:///kept/scores.db", folder=there, workspace=Workspace(there / "workspace"))
    'sqlite:////crm/kept/scores.db'
    """
    if said is None:
        return f"sqlite:///{workspace.store.absolute()}"
    if said.strip() == NONE:
        return ""
    url = with_variables(said.strip(), environment, key=KEY)
    parts = _URL.fullmatch(url)
    if parts is None:
        cure = "write sqlite:///leads.db, or postgresql://user@host:5432/database with a password as ${VARIABLE}"
        raise BadProject([Problem(KEY, f"found no URL of SQLite or PostgreSQL; {cure}, or none for no store")])
    if parts[1] != "sqlite":
        return url
    path = parts[3].removeprefix("/")
    if not path:
        raise BadProject([Problem(KEY, "found the URL of SQLite without a file; write one like sqlite:///leads.db")])
    return f"sqlite:///{(folder / path).absolute()}"

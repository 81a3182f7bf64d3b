"""A table in a database as leadlight.yaml names it: a URL, and a table of it or a query."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

#: What a semicolon or a word in it is no SQL of: texts, names, dollar-quoted texts and comments.
_NO_SQL = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|--[^\n]*|/\*.*?\*/""", re.DOTALL)
_READING = frozenset({"select", "with", "values", "table", "from"})


class SqlSection(BaseModel):
    """A table, or the rows of a query, behind a database URL; ``${NAME}`` in it is an environment variable."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    url: str
    table: str | None = None
    query: str | None = None

    @model_validator(mode="after")
    def _table_or_query(self) -> "SqlSection":
        if (self.table is None) == (self.query is None):
            found = "neither" if self.table is None else "both"
            raise ValueError(f"found {found} of `table` and `query`, expected one of them; say which rows to read")
        if self.query is not None:
            refuse_other_than_a_select(self.query)
        return self


def refuse_other_than_a_select(query: str) -> None:
    """Only reading is allowed, by one statement.

    >>> refuse_other_than_a_select("select ';' as a -- all; of it")
    >>> refuse_other_than_a_select("drop table leads")
    Traceback (most recent call last):
        ...
    ValueError: found a query that starts with 'drop', expected one select; leadlight only reads
    """
    said = _NO_SQL.sub(" ", query).strip().rstrip(";").strip()
    if ";" in said:
        raise ValueError("found several statements in the query, expected one select; leave out all but one")
    first = re.match(r"[\s(]*(\w*)", said)
    word = first[1] if first else ""
    if word.lower() not in _READING:
        raise ValueError(f"found a query that starts with {word!r}, expected one select; leadlight only reads")


def _a_path(text: str) -> str:
    if "://" in text:
        raise ValueError(
            "found a URL, expected the path of a file; a database is named as "
            '{url: "postgresql://...", table: leads} or {url: ..., query: "select ..."}'
        )
    return text


def _kind_of_source(value: object) -> str:
    if isinstance(value, dict | SqlSection):
        return "a database"
    return "files" if isinstance(value, list) else "a file"


_Path = Annotated[str, AfterValidator(_a_path)]


#: What stands at `source:` in leadlight.yaml.
SourceSaid = Annotated[
    Annotated[_Path, Tag("a file")]
    | Annotated[list[_Path], Field(min_length=1), Tag("files")]
    | Annotated[SqlSection, Tag("a database")],
    Discriminator(_kind_of_source),
]


@dataclass(frozen=True)
class SqlSource:
    """Rows in a database, and their name for messages.

    Attributes
    ----------
    said : what leadlight.yaml says; its URL may hold a password, so it is never shown.
    folder : where a relative path of a database file starts.
    what : the section it stands in, like leads.
    """

    said: SqlSection
    folder: Path
    what: str

    @property
    def name(self) -> str:
        """The table or query and its database, without user and password.

        >>> said = SqlSection(url="postgresql://ann:secret@db:5432/crm?sslmode=require", table="leads")
        >>> SqlSource(said, Path(), "leads").name
        'table leads of db:5432/crm'
        """
        place = re.sub(r"^[\w+]+://", "", self.said.url).rpartition("@")[2].partition("?")[0].lstrip("/")
        rows = f"table {self.said.table}" if self.said.table is not None else f"the {self.what} query"
        return f"{rows} of {place}"

    def __repr__(self) -> str:
        return f"SqlSource({self.name!r})"

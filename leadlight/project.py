"""leadlight.yaml as one frozen object, and everything it points at."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from features.crm import Crm
from features.crm_reader import TooManyBadRows, read_crm
from features.crm_sections import CrmSections
from features.event_log import words_of_types
from features.kept_rows import write_kept_rows
from features.parsing import BadCell, EdgeOfDay, parse_time_us
from features.quarantine import TableCount, write_quarantine
from features.reading import Reading
from features.slabs import Asked, Slabs, slabs_of
from features.snapshots import GoalSection
from features.sources import BadProject, Problem, Source
from features.sql_source import SqlSection
from features.tables import Kind
from features.yaml_text import BadDocument, YamlDocument, parse_yaml, validate_document
from leadlight.errors import BadRequest
from models.rules import RuleBook, load_rulebook, starter_text
from models.rules.list_files import with_lists
from models.rules.loading import parse_rulebook
from models.workspace import Workspace
from serving.store.address import store_url
from training.leaks.finding import LeakSettings


class ProjectFile(CrmSections):
    """All sections of leadlight.yaml."""

    goal: GoalSection = GoalSection()
    rules: str | None = None
    sales_capacity_per_week: int | None = Field(default=None, ge=1)
    workspace: str = "workspace"
    store: str | None = None


@dataclass(frozen=True)
class Project:
    """A project: its file's content, and where its paths start."""

    path: Path
    file: ProjectFile
    document: YamlDocument

    @property
    def folder(self) -> Path:
        return self.path.parent

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.folder / self.file.workspace)

    @property
    def store_url(self) -> str:
        """Where the scores are kept that the page shows; empty where the project wants no store."""
        try:
            return store_url(self.file.store, folder=self.folder, workspace=self.workspace)
        except BadProject as error:
            raise self.bad(error.problems) from error

    @property
    def rules_name(self) -> str:
        return self.file.rules or "the shipped starter rules"

    @property
    def words(self) -> dict[str, str]:
        """What the project calls its columns and event types."""
        columns = {name: said.words for name, said in self.file.leads.columns.items() if said.words}
        return {**columns, **words_of_types(self.file.events)}

    @property
    def leak_settings(self) -> LeakSettings:
        """What the project says of leaks: columns and event types with a reason, columns known from the sign-up."""
        columns = self.file.leads.columns
        types = self.file.events.types if self.file.events is not None else {}
        reasons = {name: said.not_a_leak for name, said in types.items()}
        reasons |= {name: said.not_a_leak for name, said in columns.items()}
        return LeakSettings(
            accepted={name: reason for name, reason in reasons.items() if reason is not None},
            known_from_signup=frozenset(name for name, said in columns.items() if said.known_from == "signup"),
        )

    @property
    def is_ordered(self) -> bool:
        """Whether a flat table's rows have an order in time."""
        return self.file.leads.order_by is not None or self.file.leads.created_at is not None

    def rules_text(self) -> str:
        """The rulebook's text: the project's own with its lists written out, else the shipped starter."""
        text = self.own_rules_text()
        if self.file.rules is None:
            return text
        return with_lists(text, name=self.file.rules, folder=(self.folder / self.file.rules).parent)

    def own_rules_text(self) -> str:
        """The rulebook's text as it stands in its file; the shipped starter where the project has none."""
        if self.file.rules is None:
            return starter_text()
        path = self.folder / self.file.rules
        if not path.is_file():
            raise self.bad([Problem(("rules",), f"there is no file {path}; correct the path, or leave `rules` out")])
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise self.bad([Problem(("rules",), f"{path.name} is no UTF-8 text; save it as UTF-8")]) from None

    def rulebook(self) -> RuleBook:
        return load_rulebook(self.rules_text(), name=self.rules_file)

    @property
    def rules_file(self) -> str:
        """How the rulebook is called in messages."""
        return self.file.rules or "starter.yaml"

    def in_rules(self, problems: Sequence[Problem]) -> BadDocument:
        """Problems with the line of the rulebook each belongs to."""
        document = parse_rulebook(self.rules_text(), name=self.rules_file)
        lines = [(document.line_of(problem.key), problem.message) for problem in problems]
        return BadDocument(tuple(f"{self.rules_file}:{line}: {message}" for line, message in sorted(lines)))

    def time_us(self, text: str, key: tuple[str, ...], *, date_is: EdgeOfDay = "start") -> int:
        """A time that was given by option or key, in the project's time zone."""
        try:
            return parse_time_us(text, self.file.reading, date_is=date_is)
        except BadCell as error:
            if key[0].startswith("--"):
                raise BadRequest(f"{key[0]}: found {text!r}: {error}") from error
            raise self.bad([Problem(key, f"found {text!r}: {error}")]) from error

    def observed_until_us(self, crm: Crm) -> int:
        """Until when outcomes are complete: as the project says, else as the tables show."""
        said = self.file.goal.observed_until
        if said is None:
            return crm.observed_until_us
        return self.time_us(said, ("goal", "observed_until"), date_is="end")

    def read(self, **options: object) -> Crm:
        """The tables, as `look` reads them; where too many rows can not be used, they are kept in the workspace."""
        try:
            return self.look(**options)
        except BadDocument as error:
            if isinstance(error.__cause__, TooManyBadRows):
                self.keep_quarantine(error.__cause__.counts)
            raise

    def look(self, **options: object) -> Crm:
        """The tables; see `read_crm`. Problems name the line of this file; nothing is written."""
        try:
            return read_crm(self.file, self.folder, **options)  # type: ignore[arg-type]  # passed through
        except BadProject as error:
            raise self.bad(error.problems) from error

    def slabs(
        self, kinds: Mapping[str, Kind], reading: Reading, leads: Path | None, events: Path | None
    ) -> Slabs | None:
        """The tables to score, some leads at a time, where they are many and plain; see `slabs_of`."""
        try:
            return slabs_of(Asked(self.file, self.folder, kinds, reading, leads, events))
        except BadProject as error:
            raise self.bad(error.problems) from error

    def files(self) -> list[Path]:
        """The files that the sections name."""
        sections = (self.file.leads, self.file.events, self.file.outcomes, self.file.history)
        named = [section.source for section in sections if section is not None]
        files = [names for names in named if names is not None and not isinstance(names, SqlSection)]
        return [path for names in files for path in Source.of(self.folder, names).paths]

    def keep_quarantine(self, counts: Sequence[TableCount], files: Sequence[Path] = ()) -> None:
        """Write the unusable rows into the workspace and say where; without any, older files go.

        Parameters
        ----------
        files : other files than the project's that were read.
        """
        path = self.workspace.folder / "quarantine.csv"
        n_bad = sum(len(count.bad) for count in counts)
        write_kept_rows(path.parent / "quarantine", counts, [*files, *self.files()])
        if not n_bad:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_quarantine(path, counts)
        print(f"{n_bad} rows could not be used; each stands with its reason in {path}", file=sys.stderr)

    def bad(self, problems: Sequence[Problem]) -> BadDocument:
        """Problems with the line of leadlight.yaml each belongs to."""
        lines = []
        for problem in problems:
            key = ".".join(str(part) for part in problem.key)
            where = f"{self.path.name}:{self.document.line_of(problem.key)}"
            lines.append(f"{where}: {key}: {problem.message}" if key else f"{where}: {problem.message}")
        return BadDocument(tuple(lines))


def load_project(path: Path) -> Project:
    """Read and check leadlight.yaml.

    Raises
    ------
    BadDocument : all that is wrong with it, each with its line, what was found and the cure.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        raise BadDocument(
            (
                f"there is no project file {path}; give one with -c, have one written for your files by "
                "`leadlight init`, or make a demo project with `leadlight demo`",
            )
        ) from None
    except UnicodeDecodeError:
        raise BadDocument((f"{path.name}:1: the file is no UTF-8 text; save it as UTF-8",)) from None
    document = parse_yaml(text, name=path.name)
    return Project(path, validate_document(ProjectFile, document), document)

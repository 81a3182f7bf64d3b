"""The workspace: where bundles lie, and the file that names the champion."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from models.bundle import REPORT, BrokenBundle, load_bundle
from models.lead_model import LeadModel


@dataclass(frozen=True)
class Workspace:
    """A folder with ``models/<id>/``, ``champion``, ``mlflow.db``, ``leads.db`` and ``artifacts/``."""

    folder: Path

    @property
    def models(self) -> Path:
        return self.folder / "models"

    @property
    def champion_file(self) -> Path:
        return self.folder / "champion"

    @property
    def gated(self) -> Path:
        """Where `score` lists the leads that gates hold back."""
        return self.folder / "gated.csv"

    @property
    def store(self) -> Path:
        """Where `score` keeps scores for the page, if the project names no other place."""
        return self.folder / "leads.db"

    def champion(self) -> str | None:
        """The version that scores, or None before the first training."""
        try:
            return self.champion_file.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def set_champion(self, version: str) -> None:
        """Name the version that scores from now on; a reader sees the old name or the new one."""
        descriptor, staging = tempfile.mkstemp(prefix=".champion-", dir=self.folder)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(version + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.chmod(staging, 0o644)
            os.replace(staging, self.champion_file)
        finally:
            Path(staging).unlink(missing_ok=True)

    def report(self, version: str) -> Path | None:
        """The model card of a bundle; None where it was trained before there were any."""
        path = self.models / version / REPORT
        return path if path.is_file() else None

    def versions(self) -> list[str]:
        """The bundles there are, oldest first by the time their folder was written, ties by name."""
        if not self.models.is_dir():
            return []
        folders = [entry for entry in self.models.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
        return [entry.name for entry in sorted(folders, key=lambda entry: (entry.stat().st_mtime_ns, entry.name))]

    def load_champion(self) -> LeadModel:
        """The champion's model, checked.

        Raises
        ------
        BrokenBundle : there is no champion yet, or its bundle is not whole.
        """
        version = self.champion()
        if version is None:
            raise BrokenBundle(f"there is no model in {self.folder} yet; run `leadlight train` first")
        return load_bundle(self.models / version)

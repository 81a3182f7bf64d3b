"""A bundle: a model as a folder of data, checked before anything of it is used.

``bundle.json``, ``booster.txt`` (LightGBM's text, where there are trees), ``rules.yaml``, ``report.html`` (for people;
no score needs it) and ``MANIFEST.json`` with the size and sha256 of each. No pickle, no row of a real person. Every
load goes hash -> structure of the trees -> golden rows score the same.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from features.tables import FloatArray
from models.booster_text import check_booster_text
from models.boosting import feature_names
from models.forest import BrokenBooster
from models.golden import GoldenRows, make_golden_rows, score_golden_rows
from models.lead_model import LeadModel, ModelFacts

FORMAT = 1
MANIFEST = "MANIFEST.json"
REPORT = "report.html"
_ALLOWED_FILES = frozenset({"bundle.json", "booster.txt", "rules.yaml", REPORT})
_GOLDEN_TOLERANCE = 1e-12


class BrokenBundle(ValueError):
    """A bundle that must not be used; the text says what was found and what to do."""


@dataclass(frozen=True)
class _BundleFile:
    """The content of bundle.json."""

    format: int
    leadlight: str
    facts: ModelFacts
    golden: GoldenRows


_BUNDLE_FILE: TypeAdapter[_BundleFile] = TypeAdapter(_BundleFile)


def save_bundle(
    model: LeadModel, models_folder: Path, *, leadlight_version: str, report_html: str | None = None
) -> tuple[LeadModel, Path]:
    """Write the model to ``models_folder/<id>/``; the id is the start of its manifest's hash.

    The folder appears whole or not at all; the same model and report give the same id. A damaged folder of that
    id is replaced.

    Parameters
    ----------
    report_html : how it was judged, for people.

    Returns
    -------
    The model with its version, and the folder.
    """
    content = _BundleFile(FORMAT, leadlight_version, model.facts, make_golden_rows(model))
    files = {"bundle.json": _json(_BUNDLE_FILE.dump_python(content, mode="json")), "rules.yaml": model.rules_text}
    if model.booster_text is not None:
        files["booster.txt"] = model.booster_text
    if report_html is not None:
        files[REPORT] = report_html
    blobs = {name: text.encode("utf-8") for name, text in files.items()}
    manifest = _json({"files": {name: _entry(blob) for name, blob in sorted(blobs.items())}}).encode("utf-8")
    version = hashlib.sha256(manifest).hexdigest()[:12]
    folder = models_folder / version
    if not _is_whole(folder):
        _write_folder({**blobs, MANIFEST: manifest}, folder)
    return replace(model, version=version), folder


def _write_folder(blobs: Mapping[str, bytes], folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tmp-", dir=folder.parent) as staging:
        new = Path(staging) / "new"
        new.mkdir()
        for name, blob in blobs.items():
            with (new / name).open("wb") as file:
                file.write(blob)
                file.flush()
                os.fsync(file.fileno())
        if folder.exists():
            folder.rename(Path(staging) / "damaged")
        new.rename(folder)


def _is_whole(folder: Path) -> bool:
    try:
        _verified_files(folder)
    except BrokenBundle:
        return False
    return True


def _json(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _entry(blob: bytes) -> dict[str, object]:
    return {"bytes": len(blob), "sha256": hashlib.sha256(blob).hexdigest()}


def load_bundle(folder: Path) -> LeadModel:
    """The model of a bundle, after hash, structure and golden rows were checked.

    Raises
    ------
    BrokenBundle : anything in the folder is not as it was written.
    """
    blobs, version = _verified_files(folder)
    content = _parse(blobs["bundle.json"], folder)
    booster_text = _checked_booster(blobs["booster.txt"], content, folder) if "booster.txt" in blobs else None
    if (booster_text is None) == content.facts.source.endswith("trees"):
        raise BrokenBundle(f"{folder}: the source is {content.facts.source!r}, which does not fit its files; {_CURE}")
    model = LeadModel(content.facts, _decode(blobs["rules.yaml"], folder / "rules.yaml"), booster_text, version)
    _check_golden_rows(model, content.golden, folder)
    return model


def _checked_booster(blob: bytes, content: _BundleFile, folder: Path) -> str:
    booster_text = _decode(blob, folder / "booster.txt")
    n_features = len(content.facts.encoder.names(content.golden.feature_names))
    try:
        check_booster_text(booster_text, feature_names=feature_names(n_features))
    except BrokenBooster as error:
        raise BrokenBundle(f"{folder}/booster.txt: {error}") from error
    return booster_text


def _check_golden_rows(model: LeadModel, golden: GoldenRows, folder: Path) -> None:
    found = _score_golden_rows(model, golden, folder)
    expected = np.array(golden.log_odds)
    if found.shape != expected.shape or not len(found):
        raise BrokenBundle(f"{folder}: it has {len(found)} golden rows and {len(expected)} scores of them; {_CURE}")
    if not (np.abs(found - expected) <= _GOLDEN_TOLERANCE).all():
        gap = float(np.max(np.abs(found - expected)))
        raise BrokenBundle(f"{folder}: golden rows score {gap:.2g} away from what they scored in training; {_CURE}")


def _score_golden_rows(model: LeadModel, golden: GoldenRows, folder: Path) -> FloatArray:
    from lightgbm.basic import LightGBMError

    try:
        return score_golden_rows(model, golden)
    except (LightGBMError, ValueError, TypeError, LookupError, RuntimeError) as error:
        raise BrokenBundle(f"{folder}: golden rows can not be scored ({type(error).__name__}); {_CURE}") from error


_CURE = "restore the bundle from its copy in MLflow or train again"


def _verified_files(folder: Path) -> tuple[dict[str, bytes], str]:
    """Every file the manifest lists, whose size and hash were checked, and the version."""
    if not folder.is_dir():
        raise BrokenBundle(f"there is no bundle at {folder}; `leadlight models list` shows those there are")
    try:
        if (folder / MANIFEST).is_symlink():
            raise OSError("it is a link")
        manifest = (folder / MANIFEST).read_bytes()
        files: dict[str, Any] = json.loads(manifest)["files"]  # checked entry by entry below
        entries = {str(name): (int(entry["bytes"]), str(entry["sha256"])) for name, entry in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenBundle(f"{folder}/{MANIFEST} can not be read ({error}); {_CURE}") from error
    present = {entry.name for entry in folder.iterdir()} - {MANIFEST}
    if present != set(entries) or not {"bundle.json", "rules.yaml"} <= set(entries) <= _ALLOWED_FILES:
        odd = ", ".join(sorted(present ^ set(entries))) or ", ".join(sorted(entries))
        raise BrokenBundle(f"{folder}: its files are not those of its manifest ({odd}); {_CURE}")
    version = hashlib.sha256(manifest).hexdigest()[:12]
    if folder.name != version:
        raise BrokenBundle(f"{folder}: its manifest has the hash {version}, the folder's name is another; {_CURE}")
    return {name: _verified(folder / name, *entry) for name, entry in entries.items()}, version


def _verified(path: Path, size: int, sha256: str) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise BrokenBundle(f"{path} is no plain file; {_CURE}")
    blob = path.read_bytes()
    found = hashlib.sha256(blob).hexdigest()
    if len(blob) != size or found != sha256:
        raise BrokenBundle(
            f"{path} has {len(blob)} bytes and sha256 {found[:12]}..., "
            f"the manifest says {size} and {sha256[:12]}...; {_CURE}"
        )
    return blob


def _decode(blob: bytes, path: Path) -> str:
    try:
        return blob.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BrokenBundle(f"{path} is no UTF-8 text; {_CURE}") from error


def _parse(blob: bytes, folder: Path) -> _BundleFile:
    try:
        raw = json.loads(blob)
        if raw["format"] > FORMAT:
            raise BrokenBundle(
                f"{folder} has format {raw['format']}, this Leadlight reads up to {FORMAT}; upgrade leadlight"
            )
        return _BUNDLE_FILE.validate_python(raw)
    except (ValueError, KeyError, TypeError, ValidationError, RecursionError) as error:
        if isinstance(error, BrokenBundle):
            raise
        raise BrokenBundle(f"{folder}/bundle.json can not be read ({type(error).__name__}); {_CURE}") from error

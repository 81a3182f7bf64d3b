"""Bundles: data that is whole, or refused before anything of it is used."""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import models.boosting
from features.crm import Crm
from features.snapshots import snapshots_at
from models.bundle import FORMAT, MANIFEST, REPORT, BrokenBundle, load_bundle, save_bundle
from models.forest import BrokenBooster
from models.lead_model import LeadModel
from models.scoring import score_leads
from tests.company import CANARY, NOW, request_for
from training.report.page import report_of
from training.run import train_model

FILES = ("bundle.json", "rules.yaml", "booster.txt", REPORT, MANIFEST)


def resigned(bundle: Path) -> Path:
    """The folder with a manifest and a name that fit its files, as someone would leave it who knows how."""
    names = [entry.name for entry in bundle.iterdir() if entry.name != MANIFEST]
    blobs = {name: (bundle / name).read_bytes() for name in sorted(names)}
    files = {name: {"bytes": len(blob), "sha256": hashlib.sha256(blob).hexdigest()} for name, blob in blobs.items()}
    manifest = json.dumps({"files": files}).encode()
    (bundle / MANIFEST).write_bytes(manifest)
    return bundle.rename(bundle.with_name(hashlib.sha256(manifest).hexdigest()[:12]))


def edited(bundle: Path, edit: Callable[[dict[str, Any]], object]) -> Path:
    """The bundle with another bundle.json and a manifest that fits it."""
    content = json.loads((bundle / "bundle.json").read_text("utf-8"))
    edit(content)
    (bundle / "bundle.json").write_text(json.dumps(content), "utf-8")
    return resigned(bundle)


def contents(folder: Path) -> Mapping[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in folder.iterdir()}


def log_odds(model: LeadModel, crm: Crm) -> bytes:
    return score_leads(model, crm.leads, crm.events, snapshots_at(crm.leads, NOW)).log_odds.tobytes()


def test_a_moved_bundle_scores_the_same_to_the_last_bit(
    bundle: Path, model: LeadModel, crm: Crm, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere"
    bundle.parent.rename(moved)

    loaded = load_bundle(moved / bundle.name)

    assert loaded.version == bundle.name
    assert loaded.facts == model.facts
    assert log_odds(loaded, crm) == log_odds(model, crm)


def test_a_model_of_rules_alone_makes_the_round_trip(rules_model: LeadModel, crm: Crm, tmp_path: Path) -> None:
    saved, folder = save_bundle(rules_model, tmp_path, leadlight_version="0.1.0")

    assert not (folder / "booster.txt").exists()
    assert load_bundle(folder) == saved
    assert log_odds(load_bundle(folder), crm) == log_odds(rules_model, crm)


def test_the_same_training_twice_gives_the_same_bytes_and_version(bundle: Path, crm: Crm, tmp_path: Path) -> None:
    again = train_model(crm, request_for(crm))
    report = report_of(again, crm, request_for(crm))

    saved, folder = save_bundle(again.model, tmp_path / "again", leadlight_version="0.1.0", report_html=report)

    assert saved.version == bundle.name
    assert contents(folder) == contents(bundle)


def test_another_seed_gives_another_version(model: LeadModel, crm: Crm, bundle: Path, tmp_path: Path) -> None:
    other = train_model(crm, request_for(crm, seed=1)).model

    assert save_bundle(other, tmp_path / "other", leadlight_version="0.1.0")[0].version != bundle.name


def test_a_bundle_is_five_files_of_text_and_nothing_else_remains(bundle: Path) -> None:
    assert set(contents(bundle)) == set(FILES)
    assert [entry.name for entry in bundle.parent.iterdir()] == [bundle.name]
    for blob in contents(bundle).values():
        blob.decode("utf-8")


def test_nothing_of_a_single_lead_is_kept(bundle: Path, crm: Crm) -> None:
    text = "\n".join(blob.decode() for blob in contents(bundle).values())

    assert CANARY not in text
    assert "Person" not in text
    assert not [lead_id for lead_id in crm.leads.ids if lead_id in text]
    assert not [account for account in crm.leads.accounts.levels if f'"{account}"' in text]
    assert "Chile" in text, "what many leads share is kept, else this test would show nothing"


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_anywhere_is_refused(bundle: Path, name: str) -> None:
    whole = (bundle / name).read_bytes()

    for position in range(0, len(whole), max(len(whole) // 50, 1)):
        damaged = bytearray(whole)
        damaged[position] ^= 1
        (bundle / name).write_bytes(damaged)
        with pytest.raises(BrokenBundle):
            load_bundle(bundle)


@pytest.mark.parametrize("name", FILES)
def test_a_cut_file_is_refused(bundle: Path, name: str) -> None:
    (bundle / name).write_bytes((bundle / name).read_bytes()[:-1])

    with pytest.raises(BrokenBundle, match="train again"):
        load_bundle(bundle)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(bundle: Path, name: str) -> None:
    (bundle / name).unlink()

    with pytest.raises(BrokenBundle, match=name):
        load_bundle(bundle)


@pytest.mark.parametrize("name", ["model.pkl", "notes.txt", ".hidden", "report.html"])
def test_a_file_that_the_manifest_does_not_list_is_refused(bundle: Path, name: str) -> None:
    (bundle / name).write_text("more")

    with pytest.raises(BrokenBundle, match=name):
        load_bundle(bundle)


def test_a_file_of_another_kind_is_refused_even_where_the_manifest_lists_it(bundle: Path) -> None:
    (bundle / "model.pkl").write_bytes(b"\x80\x04.")

    with pytest.raises(BrokenBundle, match=r"model\.pkl"):
        load_bundle(resigned(bundle))


@pytest.mark.parametrize("name", FILES)
def test_a_link_in_place_of_a_file_is_refused(bundle: Path, name: str, tmp_path: Path) -> None:
    outside = shutil.move(bundle / name, tmp_path / name)
    (bundle / name).symlink_to(outside)

    with pytest.raises(BrokenBundle, match=name):
        load_bundle(bundle)


def test_a_folder_in_place_of_a_file_is_refused(bundle: Path) -> None:
    (bundle / "rules.yaml").unlink()
    (bundle / "rules.yaml").mkdir()

    with pytest.raises(BrokenBundle, match="no plain file"):
        load_bundle(bundle)


def test_a_whole_bundle_under_another_name_is_refused(bundle: Path) -> None:
    renamed = bundle.rename(bundle.with_name("0123456789ab"))

    with pytest.raises(BrokenBundle, match=f"has the hash {bundle.name}"):
        load_bundle(renamed)


def test_no_bundle_at_all_is_told_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(BrokenBundle, match="`leadlight models list` shows those there are"):
        load_bundle(tmp_path / "0123456789ab")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 1}', '{"files": {"a": 1}}', "[" * 100_000])
def test_a_manifest_that_is_none_is_refused(bundle: Path, text: str) -> None:
    (bundle / MANIFEST).write_text(text)

    with pytest.raises(BrokenBundle, match=MANIFEST):
        load_bundle(bundle)


def test_a_newer_format_is_refused_with_the_cure(bundle: Path) -> None:
    newer = edited(bundle, lambda content: content.update(format=FORMAT + 1, unheard_of=[]))

    with pytest.raises(
        BrokenBundle, match=f"has format {FORMAT + 1}, this Leadlight reads up to {FORMAT}; upgrade leadlight"
    ):
        load_bundle(newer)


def drop_level(content: dict[str, Any]) -> None:
    del content["facts"]["encoder"]["categories"]["country"]


@pytest.mark.parametrize(
    "edit",
    [
        lambda content: content["golden"]["log_odds"].__setitem__(0, content["golden"]["log_odds"][0] + 1e-9),
        lambda content: content["golden"]["log_odds"].__setitem__(0, float("nan")),
        lambda content: content["golden"]["log_odds"].pop(),
        lambda content: content["golden"].update(records=[], log_odds=[]),
        lambda content: content["facts"]["prior"].update(per_point=1.0),
        lambda content: content["facts"]["calibrator"].update(slope=float("nan")),
        lambda content: content["facts"]["encoder"]["fills"].clear(),
        drop_level,
    ],
    ids=["score", "nan", "one score gone", "none", "prior", "calibrator", "fills", "encoder"],
)
def test_a_model_that_scores_its_golden_rows_otherwise_is_refused(
    bundle: Path, edit: Callable[[dict[str, Any]], object]
) -> None:
    with pytest.raises(BrokenBundle, match=r"golden rows|booster\.txt"):
        load_bundle(edited(bundle, edit))


@pytest.mark.parametrize(
    "edit",
    [
        lambda content: content.pop("format"),
        lambda content: content["facts"].pop("prior"),
        lambda content: content["facts"].update(source="oracle"),
        lambda content: content["facts"]["prior"].update(intercept="high"),
        lambda content: content.update(format="1"),
    ],
    ids=["no format", "no prior", "unknown source", "no number", "format is text"],
)
def test_facts_that_are_not_ours_are_refused(bundle: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(BrokenBundle, match=r"bundle\.json can not be read"):
        load_bundle(edited(bundle, edit))


def test_trees_that_the_source_does_not_speak_of_are_refused(bundle: Path) -> None:
    odd = edited(bundle, lambda content: content["facts"].update(source="rules"))

    with pytest.raises(BrokenBundle, match="the source is 'rules', which does not fit its files"):
        load_bundle(odd)


@pytest.mark.parametrize(
    ("name", "blob"), [("rules.yaml", b"\xff\xfe"), ("rules.yaml", b"rules: ["), ("booster.txt", b"\xff")]
)
def test_text_that_can_not_be_read_is_refused(bundle: Path, name: str, blob: bytes) -> None:
    (bundle / name).write_bytes(blob)

    with pytest.raises(BrokenBundle):
        load_bundle(resigned(bundle))


def test_damaged_trees_are_refused_before_lightgbm_reads_them(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a manifest that fits; LightGBM would end the process (RELIABILITY 1)."""
    text = (bundle / "booster.txt").read_text("utf-8")
    (bundle / "booster.txt").write_text(text.replace("split_feature=", "split_feature=9", 1), "utf-8")
    monkeypatch.setattr("lightgbm.Booster", unreachable)

    with pytest.raises(BrokenBundle, match=r"booster\.txt") as caught:
        load_bundle(resigned(bundle))

    assert isinstance(caught.value.__cause__, BrokenBooster)


def unreachable(*_: object, **__: object) -> None:
    raise AssertionError("LightGBM was given a text that was not checked")


@pytest.mark.parametrize(
    "error", [json.JSONDecodeError("odd", "", 0), "LightGBMError", IndexError("odd"), TypeError("odd")]
)
def test_what_lightgbm_still_refuses_is_a_broken_bundle(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, error: Exception | str
) -> None:
    from lightgbm.basic import LightGBMError

    def refuse(**_: object) -> None:
        raise LightGBMError("odd") if isinstance(error, str) else error

    monkeypatch.setattr("lightgbm.Booster", refuse)

    with pytest.raises(BrokenBundle, match=r"golden rows can not be scored \(\w+Error\)"):
        load_bundle(bundle)


def test_saving_again_mends_a_damaged_bundle(bundle: Path, model: LeadModel, report: str) -> None:
    (bundle / "booster.txt").write_text("damaged")

    save_bundle(model, bundle.parent, leadlight_version="0.1.0", report_html=report)

    assert load_bundle(bundle).booster_text == model.booster_text
    assert [entry.name for entry in bundle.parent.iterdir()] == [bundle.name]


def test_saving_again_leaves_a_whole_bundle_alone(bundle: Path, model: LeadModel, report: str) -> None:
    written = bundle.stat().st_mtime_ns

    save_bundle(model, bundle.parent, leadlight_version="0.1.0", report_html=report)

    assert bundle.stat().st_mtime_ns == written


def test_a_bundle_that_can_not_be_written_leaves_nothing_behind(
    model: LeadModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(OSError, match="No space left"):
        save_bundle(model, tmp_path / "models", leadlight_version="0.1.0")

    assert list((tmp_path / "models").iterdir()) == []


def test_a_loaded_model_has_its_trees_from_the_checked_text(bundle: Path) -> None:
    loaded = load_bundle(bundle)

    assert loaded.booster_text == (bundle / "booster.txt").read_text("utf-8")
    assert loaded.booster is not None
    assert np.isfinite(models.boosting.tree_margin(loaded.booster, np.zeros((1, loaded.booster.num_feature())))).all()

"""Settings: from a mapping of texts; what is unknown or bad stops the start by its name."""

from pathlib import Path

import pytest

from serving.settings import BadSettings, Settings

WORKSPACE = {"LEADLIGHT_WORKSPACE": "somewhere"}


def test_what_is_not_said_has_a_default_and_other_keys_are_somebody_elses() -> None:
    settings = Settings.of({**WORKSPACE, "PATH": "/bin", "PORT": "1"})

    assert settings == Settings(workspace=Path("somewhere"), host="127.0.0.1", port=8000, reload_seconds=5.0)


def test_settings_come_as_texts() -> None:
    said = {"LEADLIGHT_HOST": "::1", "LEADLIGHT_PORT": "9", "LEADLIGHT_RELOAD_SECONDS": "0.5"}

    settings = Settings.of({**WORKSPACE, **said})

    assert (settings.host, settings.port, settings.reload_seconds) == ("::1", 9, 0.5)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("LEADLIGHT_PROT", "1", "LEADLIGHT_PROT: there is no such setting; there are LEADLIGHT_WORKSPACE, "),
        ("LEADLIGHT_PORT", "http", "LEADLIGHT_PORT: found 'http': input should be a valid integer"),
        ("LEADLIGHT_PORT", "0", "LEADLIGHT_PORT: found '0': input should be greater than or equal to 1"),
        ("LEADLIGHT_RELOAD_SECONDS", "nan", "LEADLIGHT_RELOAD_SECONDS: found 'nan': input should be"),
        ("LEADLIGHT_HOST", "0.0.0.0", "it has no keys yet: expected an address of this machine alone, 127.0.0.1"),
        ("LEADLIGHT_HOST", "192.168.1.4", "the service answers whoever reaches it"),
        ("LEADLIGHT_HOST", "::", "put a proxy that asks who calls in front of it"),
        ("LEADLIGHT_HOST", "example.com", "LEADLIGHT_HOST: found 'example.com'"),
        ("LEADLIGHT_HOST", "", "LEADLIGHT_HOST: found ''"),
    ],
)
def test_a_bad_setting_is_named(key: str, value: str, said: str) -> None:
    with pytest.raises(BadSettings) as caught:
        Settings.of({**WORKSPACE, key: value})

    assert said in str(caught.value)


def test_all_bad_settings_are_told_at_once() -> None:
    with pytest.raises(BadSettings) as caught:
        Settings.of({"LEADLIGHT_PORT": "x", "LEADLIGHT_HOST": "0.0.0.0"})

    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == [
        "LEADLIGHT_WORKSPACE", "LEADLIGHT_HOST", "LEADLIGHT_PORT",
    ]  # fmt: skip


def test_the_scores_are_in_the_workspace_where_no_other_place_is_named(tmp_path: Path) -> None:
    said = {"LEADLIGHT_WORKSPACE": str(tmp_path)}
    named = {name: Settings.of({**said, "LEADLIGHT_STORE": name}).store_url for name in ("none", "postgresql://a@b/c")}

    assert Settings.of(said).store_url == f"sqlite:///{tmp_path / 'leads.db'}"
    assert named == {"none": "", "postgresql://a@b/c": "postgresql://a@b/c"}


def test_a_store_that_makes_no_sense_is_refused_without_its_password() -> None:
    with pytest.raises(BadSettings, match=r"^LEADLIGHT_STORE: found no URL of SQLite or PostgreSQL") as told:
        Settings.of({"LEADLIGHT_WORKSPACE": "w", "LEADLIGHT_STORE": "mysql://ann:secret-word@there/crm"})

    assert "secret-word" not in str(told.value)

"""What the service can be told, from a mapping of texts such as the environment."""

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from features.sources import BadProject
from models.workspace import Workspace
from serving.store.address import store_url

PREFIX = "LEADLIGHT_"
#: All settings come from the environment.
NO_OPTIONS: Mapping[str, str] = {}


class BadSettings(ValueError):
    """Settings that the service does not start with; the text names each, what is expected and the cure."""


def _loopback(host: str) -> str:
    if host == "localhost":
        return host
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise ValueError(
            "the service answers whoever reaches it, since it has no keys yet: expected an address of this machine "
            "alone, 127.0.0.1, ::1 or localhost; put a proxy that asks who calls in front of it"
        )
    return host


class Settings(BaseModel):
    """The settings of a service.

    Attributes
    ----------
    workspace : the folder whose champion scores.
    host, port : where it listens: on this machine only.
    reload_seconds : how often the champion file is looked at.
    store : the URL of the scores that the page shows, `none`, or None for leads.db in the workspace.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    workspace: Path
    host: Annotated[str, AfterValidator(_loopback)] = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    reload_seconds: float = Field(default=5.0, ge=0.05, le=3_600, allow_inf_nan=False)
    store: str | None = None

    @property
    def store_url(self) -> str:
        """The URL of the store; empty where there is none."""
        return store_url(self.store, folder=Path(), workspace=Workspace(self.workspace))

    @model_validator(mode="after")
    def _has_a_store(self) -> Self:
        try:
            _ = self.store_url
        except BadProject as error:
            raise ValueError(f"{PREFIX}STORE: {error.problems[0].message}") from None
        return self

    @classmethod
    def of(cls, mapping: Mapping[str, str], *, options: Mapping[str, str] = NO_OPTIONS) -> Self:
        """The settings among ``LEADLIGHT_*`` keys; all other keys are somebody else's.

        Parameters
        ----------
        options : by key, the option of a command that gave it, which is blamed in its place.

        Raises
        ------
        BadSettings : an unknown setting or a bad value, by its name.

        >>> Settings.of({"LEADLIGHT_WORKSPACE": "workspace", "LEADLIGHT_PORT": "8080", "PATH": "/bin"}).port
        8080
        """
        ours = {key.removeprefix(PREFIX).lower(): value for key, value in mapping.items() if key.startswith(PREFIX)}
        try:
            return cls.model_validate(ours)
        except ValidationError as error:
            raise BadSettings("\n".join(_said(dict(fault), ours, options) for fault in error.errors())) from None


def _said(fault: Mapping[str, object], given: Mapping[str, str], options: Mapping[str, str]) -> str:
    loc = fault["loc"]
    if not loc:  # said of its setting already, without the value: it may hold a password
        return str(fault["msg"]).removeprefix("Value error, ")
    name = str(loc[0]) if isinstance(loc, tuple) and loc else ""
    key = PREFIX + name.upper()
    if fault["type"] == "extra_forbidden":
        known = ", ".join(PREFIX + field.upper() for field in Settings.model_fields)
        return f"{key}: there is no such setting; there are {known}"
    if fault["type"] == "missing":
        return f"{key}: it is not set; give the folder of the workspace"
    reason = str(fault["msg"]).removeprefix("Value error, ")
    return f"{options.get(key, key)}: found {given[name]!r}: {reason[:1].lower()}{reason[1:]}"

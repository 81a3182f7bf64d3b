"""A first leadlight.yaml from the files alone: `draft_project` finds out, `render` writes it down."""

from leadlight.init.draft import draft_project
from leadlight.init.render import render
from leadlight.init.said import Draft, Said

__all__ = ["Draft", "Said", "draft_project", "render"]

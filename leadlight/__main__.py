"""``python -m leadlight``."""

from leadlight.cli import entry

entry()

"""What can be wrong with a store."""


class StoreDown(ValueError):
    """A store that can not be used now; the text says what was found and what to do, never a user or a password."""

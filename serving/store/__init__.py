"""The store: the newest score of the hottest leads, in SQLite or PostgreSQL, for the page and for whoever asks."""

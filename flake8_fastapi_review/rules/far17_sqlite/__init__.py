"""SQLite: connections that are shared, opened too often or never commit, and what is not set on them."""

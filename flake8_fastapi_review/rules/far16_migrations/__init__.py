"""Alembic migrations: what they do to tables in use, and the graph that they make."""

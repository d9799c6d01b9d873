"""Database sessions and transactions."""

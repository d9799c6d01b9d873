"""Logging: what is written, at which level, at what cost."""

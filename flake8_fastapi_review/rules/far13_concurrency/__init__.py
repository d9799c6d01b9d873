"""Concurrency: tasks and their references, locks, groups of exceptions, state that requests share."""

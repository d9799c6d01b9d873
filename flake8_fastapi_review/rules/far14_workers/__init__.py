"""Schedulers and workers: APScheduler, Celery, loops that serve, and the time they go by."""

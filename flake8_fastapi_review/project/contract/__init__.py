"""What a change breaks for the clients of the project's applications: the operations of two states, compared.

types.py compares two types, routes.py two tables of routes. What is not known on one side is not judged.
"""

from .routes import Break, Use, breaks

__all__ = ["Break", "Use", "breaks"]

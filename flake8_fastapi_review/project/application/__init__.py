"""The application as it is assembled: modules executed abstractly, from which the route table follows."""

from .front import Application
from .matching import Conflict
from .page import Pages
from .rows import Dependency, Habits, Inputs, Late, RouteRow, Taken

__all__ = ["Application", "Conflict", "Dependency", "Habits", "Inputs", "Late", "Pages", "RouteRow", "Taken"]

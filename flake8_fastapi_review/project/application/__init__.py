"""The application as it is assembled: modules executed abstractly, from which the route table follows."""

from .inputs import Inputs, Taken
from .matching import Conflict
from .table import Application, Dependency, Late, RouteRow

__all__ = ["Application", "Conflict", "Dependency", "Inputs", "Late", "RouteRow", "Taken"]

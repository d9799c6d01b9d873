"""The application as it is assembled: modules executed abstractly, from which the route table follows."""

from .table import Application, Dependency, RouteRow

__all__ = ["Application", "Dependency", "RouteRow"]

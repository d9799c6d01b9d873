"""The database model of a project: tables, mapped classes, engines, what is sent to the database."""

from .engines import Engine, SessionMaker
from .front import Database
from .lifetimes import SharedSession
from .objects import LazyRead
from .releases import Leak
from .sessions import Count, Execution, Facts, Step
from .statements import Filter, Item, Load, Ref, Statement, Value
from .tables import Column, Entity, ForeignKey, Index, Place, Proxy, Relationship, Table, Unique
from .view import View

__all__ = [
    "Column",
    "Count",
    "Database",
    "Engine",
    "Entity",
    "Execution",
    "Facts",
    "Filter",
    "ForeignKey",
    "Index",
    "Item",
    "LazyRead",
    "Leak",
    "Load",
    "Place",
    "Proxy",
    "Ref",
    "Relationship",
    "SessionMaker",
    "SharedSession",
    "Statement",
    "Step",
    "Table",
    "Unique",
    "Value",
    "View",
]

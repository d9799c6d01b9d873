"""The schemas of a project: what its models hold, and what its routes take and answer.

Schemas is all that may be asked; what it answers with is in `nodes`. Annotations become trees (reading.py), classes
become models (models.py), rows of the route table become operations (operations.py).
"""

from .front import Schemas
from .nodes import ANY, NOT_KNOWN, NULL, Answer, Body, Field, Model, Operation, Parameter, Schema

__all__ = [
    "ANY",
    "NOT_KNOWN",
    "NULL",
    "Answer",
    "Body",
    "Field",
    "Model",
    "Operation",
    "Parameter",
    "Schema",
    "Schemas",
]

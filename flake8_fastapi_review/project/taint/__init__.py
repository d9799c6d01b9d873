"""Untrusted input, followed from the request to the calls that it can harm, through functions of any module.

Each function is walked once, with its parameters standing for whatever a caller may hand over (walk.py, on
values.py); what it does with them is its Effect, and callers put their own values in (calls.py). Conditions that an
input must have passed make it harmless for a kind of sink (conditions.py). What a parameter's type and constraints
let through, and what of a request is under a client's control, is told in inputs.py. What libraries do are rows of
`knowledge/taint_*.toml`.
"""

from .engine import Finding, Taint
from .values import Source, Step

__all__ = ["Finding", "Source", "Step", "Taint"]

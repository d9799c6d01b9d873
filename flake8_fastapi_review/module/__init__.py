"""Compiling: one file, understood alone."""

from .module import Module
from .parse import Unreadable, check, decode, parse, split_lines
from .summary import Summary

__all__ = ["Module", "Summary", "Unreadable", "check", "decode", "parse", "split_lines"]

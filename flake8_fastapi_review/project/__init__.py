"""Linking: the modules of a project understood together."""

from .project import Project

__all__ = ["Project"]

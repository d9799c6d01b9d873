"""What has to run before and after what, in the order that a project demands: over branches, exceptions and calls."""

from .front import Protocols, Step

__all__ = ["Protocols", "Step"]

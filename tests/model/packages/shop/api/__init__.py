import importlib

__version__ = "1"

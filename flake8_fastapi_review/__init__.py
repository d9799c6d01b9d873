"""A senior FastAPI reviewer as flake8 plugins and as the command `fastapi-review`."""

__version__ = "0.1.0"

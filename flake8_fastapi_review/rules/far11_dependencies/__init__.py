"""Dependencies, middlewares, background tasks and the life of an application."""

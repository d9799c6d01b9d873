"""Models of Pydantic as requests and responses: defaults, validators, what they let in."""

"""Details of Pydantic: names that do not reach a field, configurations, constraints that are switched off."""

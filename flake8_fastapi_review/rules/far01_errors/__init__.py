"""Errors: HTTPException and its details, handlers that hide, leak or lose what happened, cancellation."""

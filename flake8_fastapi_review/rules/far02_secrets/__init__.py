"""Secrets and sensitive data: hardcoded, defaulted, logged, sent in URLs, weakly hashed, guessable, compared in steps."""

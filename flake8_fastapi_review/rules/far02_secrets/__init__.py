"""Secrets and sensitive data: hardcoded, defaulted, logged, sent in URLs, weakly hashed, guessable."""

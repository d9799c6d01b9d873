"""FAR200 to FAR208: what a project demands of itself."""

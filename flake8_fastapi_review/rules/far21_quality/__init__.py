"""Code quality: what is said by types and settings, how modules are cut."""

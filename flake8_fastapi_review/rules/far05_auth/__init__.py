"""Authentication, authorisation, transport: routes without a user, foreign objects, origins, limits."""

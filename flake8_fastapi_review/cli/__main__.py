"""`python -m flake8_fastapi_review.cli`, for an environment whose scripts are not on the path."""

from . import main

main()

"""Routes and API design: paths, methods, statuses, models and parameters, as the running application has them."""

"""Queries: how many are sent, how much they read, what the database needs to answer them."""

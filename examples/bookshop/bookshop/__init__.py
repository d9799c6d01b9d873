"""Catalogue, orders and reports of a small bookshop."""

"""Caches, Redis, websockets: what grows, what blocks others, what happens when the other side leaves."""

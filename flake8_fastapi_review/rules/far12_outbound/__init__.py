"""Calls to other services: how long they may take, what they answer, how their clients live."""

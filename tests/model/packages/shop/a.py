from __future__ import annotations

import httpx

from . import b
from .b import B


class A:
    def __init__(self):
        self.client = httpx.Client()

    def other(self) -> B:
        return B()

    def round_trip(self):
        return b.B().first()


def late():
    from .b import make

    return make()


def ping(n):
    return b.pong(n)


ping(1)  # reveals: httpx.Client
late()  # reveals: shop.b.B
A().other().first()  # reveals: shop.a.A
A().round_trip().client  # reveals: httpx.Client

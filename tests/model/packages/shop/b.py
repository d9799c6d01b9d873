from __future__ import annotations

import httpx

from . import a


class B:
    def first(self) -> a.A:
        return a.A()


class Derived(a.A):
    pass


def make():
    return B()


def pong(n):
    if n:
        return httpx.Client()
    return httpx.Client()


Derived().client  # reveals: httpx.Client
a.late()  # reveals: shop.b.B

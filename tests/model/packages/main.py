import plain.inner.leaf
from plain.inner import leaf
from plain.inner.leaf import client

client  # reveals: httpx.Client
leaf.client  # reveals: httpx.Client
plain.inner.leaf.client  # reveals: httpx.Client
leaf  # names: plain.inner.leaf

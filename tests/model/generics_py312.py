from collections.abc import Iterator
from pathlib import Path

import httpx

type Client = httpx.Client
type Maybe[T] = T | None


def plain(client: Client):
    client  # reveals: httpx.Client
    client.get  # names: httpx.Client.get


def generic[T](value: T, client: httpx.Client) -> T:
    T = value
    client  # reveals: httpx.Client
    value  # reveals: None
    return value


class Repository[T]:
    path: Path

    def find(self, key: T) -> T:
        self.path  # reveals: pathlib.Path
        key  # reveals: None
        return key

    def clients(self) -> Iterator[httpx.Client]:
        yield httpx.Client()


class Users(Repository[str]):
    pass


def use(users: Users, maybe: Maybe[httpx.Client]):
    users.path  # reveals: pathlib.Path
    users.find("a")  # reveals: None
    for client in users.clients():
        client  # reveals: httpx.Client
    f"{users.path / "a"}"  # reveals: builtins.str

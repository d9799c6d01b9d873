import httpx

__all__ = ["client", "make"]

client = httpx.Client()
LIMIT = 10
hidden = httpx.Client()


class Session:
    def get(self):
        return client


def make():
    return Session()

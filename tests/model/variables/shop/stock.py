import json

sold: dict[str, int] = {}
left = 3
both = json if left else None


def count() -> int:
    return left


class Shelf:
    height = 1

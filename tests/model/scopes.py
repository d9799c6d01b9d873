import time
from time import sleep as nap

x = "text"
value = 1


def function(value: str):
    value  # reveals: builtins.str
    x = 1.0
    x  # reveals: builtins.float

    def inner():
        x  # reveals: builtins.float
        value  # reveals: builtins.str

    class Local:
        x = b""
        x  # reveals: builtins.bytes

        def method(self):
            x  # reveals: builtins.float
            self  # reveals: scopes.function.<locals>.Local

    return Local, inner


def redirected():
    global made_here, value
    made_here = 1.5

    def deeper():
        nonlocal_value = "a"

        def deepest():
            nonlocal nonlocal_value
            nonlocal_value  # reveals: builtins.str

        return deepest

    return deeper


made_here  # reveals: builtins.float
value  # reveals: builtins.int


def comprehensions(rows: list[dict[str, int]]):
    [row for row in rows]  # reveals: builtins.list
    first = [row for row in rows][0]
    first  # reveals: builtins.dict
    found = {key: len(row) for row in rows for key in row}
    found  # reveals: builtins.dict
    [last := row for row in rows]
    last  # reveals: builtins.dict
    row  # reveals: None
    (item for item in rows)  # reveals: collections.abc.Generator


class Body:
    items = ["a"]
    items[0]  # reveals: builtins.str
    copied = [item for item in items]
    copied[0]  # reveals: builtins.str

    def method(self):
        items  # reveals: None


def walrus(text: str):
    if (found := text.strip()) and found:
        found  # reveals: builtins.str
    while chunk := text.encode():
        chunk  # reveals: builtins.bytes


def rebound(value: str):
    value  # reveals: builtins.str
    value = 1
    value  # reveals: builtins.int
    if value:
        value = "a"
    value  # reveals: None


def loops(items: list[int]):
    total = None
    for item in items:
        item  # reveals: builtins.int
        total  # reveals: builtins.int
        total = item
    else:
        item = "a"
        item  # reveals: builtins.str


def captures(subject: list[str] | int):
    match subject:
        case int() as number:
            number  # reveals: builtins.int
        case [first, *rest]:
            first  # reveals: None
            rest  # reveals: None
        case {"key": str() as text, **others}:
            text  # reveals: builtins.str
        case str(whole):
            whole  # reveals: None
        case everything:
            everything  # reveals: None


def errors():
    try:
        pass
    except ValueError as error:
        error  # reveals: builtins.ValueError
    except (KeyError, IndexError) as error:
        error  # reveals: None
    except OSError as error:
        error  # reveals: builtins.OSError


def shadowing(time, open, nap=None):
    time.sleep  # names: None
    open  # names: None
    nap  # names: None


def lambdas():
    twice = lambda value: value * 2  # noqa: E731
    twice  # names: scopes.lambdas.<locals>.<lambda>
    (lambda: 1)()  # reveals: builtins.int


time.sleep  # names: time.sleep
nap  # names: time.sleep
open  # names: builtins.open
print  # names: builtins.print
undefined  # names: None

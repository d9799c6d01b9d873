from http import HTTPStatus

from fastapi import status

NAME = "a"
BOTH = NAME + "b"
LIMIT: int = 100
TEXT = f"{NAME}-{LIMIT}"
PAIR = (NAME, LIMIT)
TABLE = {"a": 1, "b": [1, 2]}
TWICE = 1
TWICE = 2
if LIMIT:
    BRANCH = 1
else:
    BRANCH = 2

NAME  # is: 'a'
BOTH  # is: 'ab'
LIMIT  # is: 100
TEXT  # is: 'a-100'
PAIR  # is: ('a', 100)
TABLE  # is: {'a': 1, 'b': [1, 2]}
-3  # is: -3
[NAME, *PAIR]  # is: UNKNOWN
TWICE  # is: UNKNOWN
BRANCH  # is: UNKNOWN
input()  # is: UNKNOWN
status.HTTP_201_CREATED  # is: 201
HTTPStatus.NOT_FOUND  # is: 404


class Config:
    limit = 5
    name: str = "a"


Config.limit  # is: 5
Config.name  # is: 'a'


def local():
    text = "x"
    text  # is: 'x'
    if LIMIT:
        text = "y"
    text  # is: UNKNOWN


def parameter(text="x"):
    text  # is: UNKNOWN

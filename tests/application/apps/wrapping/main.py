import functools
from functools import wraps

from fastapi import Depends, FastAPI

app = FastAPI()


def user():
    return 1


def timed(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def retried(times=3, *, name=None):
    def outer(function):
        @functools.wraps(function)
        async def wrapper(*args, **kwargs):
            return await function(*args, **kwargs)

        return wrapper

    return outer


def marked(function):
    function.marked = True
    return function


def unwrapped(function):
    def wrapper(who=Depends(user)):
        return function(who)

    return wrapper


class Timed:
    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function = function

    def __call__(self, *args, **kwargs):
        return self.function(*args, **kwargs)


class Retry:
    def __init__(self, times):
        self.times = times

    def __call__(self, function):
        @wraps(function)
        def wrapper(*args, **kwargs):
            return function(*args, **kwargs)

        return wrapper


def registering(path, **options):
    def decorate(function):
        app.post(path, **options)(function)
        return app.get(path, **options)(function)

    return decorate


def optional(function=None, *, flag=False):
    if function is None:
        return functools.partial(optional, flag=flag)

    @wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@app.get("/timed")
@timed
def one(who=Depends(user)):
    return 1


@app.get("/retried")
@retried(times=2)
@timed
async def two(who=Depends(user)):
    return 1


@app.get("/marked")
@marked
def three(who=Depends(user)):
    return 1


@app.get("/unwrapped")
@unwrapped
def four(who):
    return 1


@app.get("/class")
@Timed
def five(who=Depends(user)):
    return 1


@app.get("/retry")
@Retry(3)
def six(who=Depends(user)):
    return 1


@registering("/both", status_code=202)
@timed
def seven(who=Depends(user)):
    return 1


@app.get("/stacked")
@app.head("/stacked")
@app.post("/stacked2", status_code=201)
@optional
def eight(who=Depends(user)):
    return 1


@app.get("/optional")
@optional(flag=True)
def nine(who=Depends(user)):
    return 1


@app.get("/cached")
@functools.lru_cache
def ten(who=Depends(user)):
    return 1


@timed
@app.get("/above")
def eleven(who=Depends(user)):
    return 1

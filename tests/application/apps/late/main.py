from fastapi import APIRouter, Depends, FastAPI

app = FastAPI()
sub = FastAPI()
router = APIRouter(prefix="/r")
inner = APIRouter(prefix="/i")


def guard():
    return 1


@router.get("/before")
def before():
    return 1


router.include_router(inner)
app.include_router(router)


@router.get("/after")
def after():
    return 1


@inner.get("/inner-after")
def inner_after():
    return 1


app.include_router(router, prefix="/second")


@sub.get("/sub-before")
def sub_before():
    return 1


router.mount("/mounted", sub)
app.mount("/sub", sub)


@sub.get("/sub-after")
def sub_after():
    return 1


@app.get("/last")
def last():
    return 1


app.include_router(router, prefix="/third", dependencies=[Depends(guard)])

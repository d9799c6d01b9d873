from base import Deeper, Defaults, Guarded, Positional, Twice, Verbs, limit
from fastapi import Depends

app = Guarded(title="x", dependencies=[Depends(limit)])
deeper = Deeper()
defaults, verbs, twice, positional = Defaults(), Verbs(prefix="/v"), Twice(), Positional()
renamed = Defaults(prefix="/renamed", tags=["r"])


@defaults.get("/one")
def one():
    return 1


@renamed.post("/one")
def two():
    return 1


@verbs.get("/three", limited=True)
def three():
    return 1


@verbs.post("/four", dependencies=[Depends(limit)])
def four():
    return 1


@verbs.api_route("/five", methods=["GET", "POST"])
def five():
    return 1


@twice.get("/six/")
async def six():
    return 1


@positional.get("/seven")
def seven():
    return 1


@positional.put("/eight", status_code=200, tags=["lost"])
def eight():
    return 1


@app.get("/nine")
def nine():
    return 1


for router in (defaults, renamed, verbs, twice, positional):
    app.include_router(router, prefix="/x")
deeper.include_router(verbs)

from fastapi import APIRouter


def build(name, *, flag=False, **options):
    router = APIRouter(prefix=f"/{name}", **options)

    @router.get("/always")
    def always():
        return name

    if flag:

        @router.get("/flag")
        def flagged():
            return name

    for index, verb in enumerate(["one", "two"], 1):

        @router.get(f"/{verb}/{index}")
        def looped(bound=verb):
            return bound

    return router

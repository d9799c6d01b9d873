import fastapi as fa

admin_app = fa.FastAPI(title="admin")
inner = fa.FastAPI()
admin_app.mount("/deep", inner)


@admin_app.get("/stats", deprecated=True)
def stats():
    return {}


@inner.delete("/all", status_code=fa.status.HTTP_204_NO_CONTENT)
def clear():
    return None

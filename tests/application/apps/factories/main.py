from core import Application, Server, create_app

app = create_app(version="2")
server = Server()
subclassed = Application(title="x")


@subclassed.get("/here")
def here():
    return 1

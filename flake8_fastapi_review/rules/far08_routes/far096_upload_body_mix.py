from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...shapes import named_parameters
from .registration import MARKERS, registered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class UploadBodyMix(Rule):
    """A route takes a file or form fields and a JSON body at once.

    A request has one body. With a `File` or `Form` parameter FastAPI reads all of it as a form, the model too, which
    arrives as a piece of text and is refused: every request that does what the schema says is answered with 422.

    Bad:

        from fastapi import FastAPI, UploadFile
        from pydantic import BaseModel

        app = FastAPI()

        class Book(BaseModel):
            title: str

        @app.post("/books", status_code=201)
        def add_book(book: Book, cover: UploadFile) -> Book:
            return book

    Good:

        from typing import Annotated

        from fastapi import FastAPI, Form, UploadFile
        from pydantic import BaseModel

        app = FastAPI()

        class Book(BaseModel):
            title: str

        @app.post("/books", status_code=201)
        def add_book(title: Annotated[str, Form()], cover: UploadFile) -> Book:
            return Book(title=title)
    """

    code = "FAR096"
    severity = Severity.WARNING
    message = (
        "`{route}` takes `{body}` as JSON next to the {kind} `{other}`: a request has one body, and FastAPI refuses "
        "the model in a form; take its fields by `Form()`, or the JSON as text"
    )
    markers = (*MARKERS, ("UploadFile", "File(", "Form(", "Form ", "File "))

    def check(self, file: File) -> Iterator[Violation]:
        seen = set()
        for route in registered(file):
            if route.function in seen:
                continue
            seen.add(route.function)
            parameters = file.parameters(route.function)
            form = next((each for each in parameters if each.source in ("form", "file")), None)
            if form is None:
                continue
            arguments = route.function.args
            nodes = {each.arg: each for each in named_parameters(arguments)}
            for each in parameters:
                if each.source != "body" or not each.is_model:
                    continue
                kind = "file" if form.source == "file" else "form field"
                yield self.at(nodes[each.name], route=route.spoken, body=each.name, kind=kind, other=form.name)

from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...untrusted import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class NosqlInjection(Rule):
    """A MongoDB or LDAP filter is made of an unvalidated value of a client.

    Where a text was meant, the client sends `{"$ne": null}` and the filter matches everything: a password that is
    compared this way is always right. Validate the body by a model with typed fields. In the text of an LDAP filter `*`
    and brackets do the same: escape them.

    Bad:

        from fastapi import FastAPI
        from pymongo import MongoClient

        app = FastAPI()
        users = MongoClient()["shop"]["users"]

        @app.post("/login")
        def login(credentials: dict):
            return {"known": users.find_one({"name": credentials["name"], "pin": credentials["pin"]}) is not None}

    Good:

        from fastapi import FastAPI
        from pydantic import BaseModel
        from pymongo import MongoClient

        app = FastAPI()
        users = MongoClient()["shop"]["users"]

        class Credentials(BaseModel):
            name: str
            pin: str

        @app.post("/login")
        def login(credentials: Credentials):
            return {"known": users.find_one({"name": credentials.name, "pin": credentials.pin}) is not None}

    Exploit:

        $ curl http://localhost:8000/login -H "Content-Type: application/json" -d '{"name": "admin", "pin": {"$ne":
        null}}' {"known":true}
    """

    code = "FAR039"
    severity = Severity.BLOCKER
    cwe = 943
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:N"
    message = (
        "the filter for `{sink}` holds {input}{route}{chain} as it came: {characters} change its meaning, {remedy}"
    )
    markers = (("def ",),)

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            yield told(
                self,
                reached,
                characters="`*` and brackets" if reached.kind == "ldap" else "operators such as `$ne`",
                remedy="escape it by `escape_filter_chars`"
                if reached.kind == "ldap"
                else "validate it by a model with typed fields",
            )

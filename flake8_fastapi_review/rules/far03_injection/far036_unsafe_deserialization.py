from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class UnsafeDeserialization(Rule):
    """Data of a client is read by a loader that runs code.

    Pickle and its relatives call whatever the data name, before the value is looked at. Use JSON, or a format with a
    schema; `yaml.safe_load`, `torch.load(…, weights_only=True)`.

    Bad:

        import base64
        import pickle

        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/jobs")
        def submit(job: str):
            return {"job": repr(pickle.loads(base64.b64decode(job)))}

    Good:

        import json

        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/jobs")
        def submit(job: str):
            return {"job": json.loads(job)}

    Exploit:

        $ python -c 'import base64, os, pickle
        class Job:
            def __reduce__(self): return os.system, ("id",)
        print(base64.b64encode(pickle.dumps(Job())).decode())'
    """

    code = "FAR036"
    severity = Severity.BLOCKER
    cwe = 502
    cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    message = "`{sink}` loads {input}{route}{chain}: the data can run code, use JSON or another format without code"
    markers = (("def ",),)

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            yield self.at(
                reached.node,
                related=reached.related,
                exploit=reached.exploit,
                sink=reached.sink,
                input=reached.input,
                route=reached.route,
                chain=reached.chain,
            )

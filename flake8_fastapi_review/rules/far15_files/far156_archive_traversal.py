from __future__ import annotations

from typing import TYPE_CHECKING

from ...rule import Rule, Severity
from ...untrusted import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation


class ArchiveTraversal(Rule):
    """An archive that a client sent is unpacked wherever its members say.

    A member named `../../app/main.py` leaves the folder that was meant, and a link in a tar archive makes the next
    member follow it anywhere: whoever may upload an archive overwrites the code of the service. Python before 3.14
    unpacks tar archives so unless `filter="data"` says otherwise; `zipfile` puts names right in `extract` and
    `extractall`, but names that are joined by hand are as they came. A loop that refuses members is believed.

    Bad:

        import tarfile

        from fastapi import FastAPI, UploadFile

        app = FastAPI()

        @app.post("/themes")
        def add_theme(theme: UploadFile):
            with tarfile.open(fileobj=theme.file) as archive:
                archive.extractall("/srv/themes")

    Good:

        import tarfile

        from fastapi import FastAPI, UploadFile

        app = FastAPI()

        @app.post("/themes")
        def add_theme(theme: UploadFile):
            with tarfile.open(fileobj=theme.file) as archive:
                archive.extractall("/srv/themes", filter="data")

    Exploit:

        $ tar --transform 's,^,../../,' -cf theme.tar app/main.py
        $ curl -F theme=@theme.tar https://shop.example/themes
    """

    code = "FAR156"
    severity = Severity.BLOCKER
    cwe = 22
    cvss = "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"
    message = (
        "`{sink}` writes where the members of {input}{route}{chain} say: the client overwrites any file, {instead}"
    )
    markers = (("def ",),)

    def check(self, file: File) -> Iterator[Violation]:
        for reached in file.reached(self.code):
            unpacks = reached.sink.startswith(("TarFile.extract", "shutil.unpack_archive"))
            yield told(
                self,
                reached,
                instead='unpack by `filter="data"`' if unpacks else "check that each path lies below its folder",
            )

"""Git as a subprocess, plumbing only: states of a repository as files to read, and which file became which.

Nothing here writes: no checkout, no index, no object. Paths of git are bytes; they are decoded as the system's.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import subprocess
from typing import TYPE_CHECKING

from .files import DISK, Entry
from .records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .unchanged import Signature

_LINK = "120000"
_MODULE = "160000"
_MAX_LINKS = 40
_OF_A_REPOSITORY = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
)
"""Variables that a hook finds set, and that would send a question about a submodule to the repository around it."""


class GitError(Exception):
    """What stands in the way of reading the repository: one line, with the remedy."""


class Blob(NamedTuple):
    """A file of a state."""

    mode: str
    """As git writes it: "100644", "100755", "120000" for a link."""
    id: str | None
    """The name of its content; None: only the disk has it."""
    repository: Repository


class Repository:
    """A repository by a folder in its working tree."""

    def __init__(self, top: str, environment: Mapping[str, str] | None = None) -> None:
        self.top = top
        """The top of the working tree, absolute."""
        self._environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
        if environment is not None:
            self._environment = {**self._environment, **environment}
        self._reader: tuple[int, subprocess.Popen[bytes]] | None = None

    @classmethod
    def around(cls, folder: str) -> Repository:
        """The repository that a folder belongs to. Raises GitError."""
        try:
            said = cls(folder)._run("rev-parse", "--show-toplevel")
        except GitError as error:
            if "not a git repository" in str(error):
                raise GitError(
                    f"{folder} is in no git repository: run it inside one, or use `check` for code without history"
                ) from None
            if "must be run in a work tree" in str(error):
                raise GitError(
                    f"{folder} is a repository without a working tree: run it in a clone or worktree"
                ) from None
            raise
        return cls(os.path.abspath(os.fsdecode(said.rstrip(b"\n"))))

    # Revisions

    def commit(self, revision: str, what: str) -> str:
        """The full name of the commit that a revision means. Raises GitError, which calls it `what`."""
        found = self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if found is not None:
            return found.decode("ascii").strip()
        if revision and not revision.strip("0"):
            raise GitError(f"{what} is no commit but the zeros of a new branch: name what it left, such as main")
        if self.head() is None and not self.is_shallow():
            raise GitError(f"{what} `{revision}` is no commit here: the branch that is checked out has none yet")
        stem = re.split(r"[~^]", revision)[0]
        if self.is_shallow():
            raise GitError(
                f"{what} `{revision}` is not in this shallow clone: `git fetch --unshallow origin`, or fetch-depth: 0 "
                "for actions/checkout"
            )
        if stem != revision and self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{stem}^{{commit}}"):
            raise GitError(f"{what} `{revision}` is no commit: the history of `{stem}` begins later")
        raise GitError(f"{what} `{revision}` is no commit here: fetch it (`git fetch origin {_branch(revision)}`)")

    def head(self) -> str | None:
        """The commit that is checked out; None before the first one."""
        found = self._ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        return None if found is None else found.decode("ascii").strip()

    def parent(self, commit: str) -> str | None:
        """The first parent of a commit; None for a first commit. Raises GitError if a shallow clone ends there."""
        parents = self._run("rev-list", "--parents", "-n", "1", commit).split()[1:]
        if parents:
            return parents[0].decode("ascii")
        if self.is_shallow():
            header = self._run("cat-file", "commit", commit).partition(b"\n\n")[0]
            if b"\nparent " in header:
                raise GitError(
                    f"the parent of {commit[:7]} is not in this shallow clone: `git fetch --deepen 1 origin`"
                )
        return None

    def merge_base(self, one: str, other: str) -> str | None:
        """The newest commit that both come from; None if there is none, or a shallow clone does not reach it."""
        found = self._ask("merge-base", one, other)
        return None if found is None else found.decode("ascii").strip()

    def is_shallow(self) -> bool:
        return self._ask("rev-parse", "--is-shallow-repository") == b"true\n"

    def empty_tree(self) -> str:
        """The name of the tree that holds nothing: what comes before the first commit."""
        return self._run("hash-object", "-t", "tree", "--stdin").decode("ascii").strip()

    # States

    def tree(self, revision: str) -> Snapshot:
        """The files of a commit or tree."""
        listed = self._run("ls-tree", "-r", "-z", "--full-tree", revision)
        blobs: dict[str, Blob] = {}
        modules: dict[str, str] = {}
        for record in listed.split(b"\0")[:-1]:
            facts, _, name = record.partition(b"\t")
            mode, _, identity = facts.decode("ascii").split(" ")
            if mode == _MODULE:
                modules[os.fsdecode(name)] = identity
            else:
                blobs[os.fsdecode(name)] = Blob(mode, identity, self)
        return self._snapshot(blobs, {path: (self._submodule(path), identity) for path, identity in modules.items()})

    def index(self) -> Snapshot:
        """The files as the next commit would have them."""
        blobs, modules = self._staged()
        return self._snapshot(blobs, {path: (self._submodule(path), identity) for path, identity in modules.items()})

    def working_tree(self) -> Snapshot:
        """The files on the disk that are tracked, or new and not ignored."""
        staged, modules = self._staged()
        changed = set(self._names("diff-files", "--name-only", "-z"))
        gone = set(self._names("ls-files", "--deleted", "-z"))
        blobs = {}
        for path, blob in staged.items():
            if path not in gone:
                blobs[path] = blob._replace(id=None) if path in changed else blob
        for path in self._names("ls-files", "--others", "--exclude-standard", "-z"):
            if not path.endswith("/"):  # a repository inside, which is none of ours
                full = os.path.join(self.top, path)
                blobs[path] = Blob(_LINK if os.path.islink(full) else "100644", None, self)
        return self._snapshot(blobs, {path: (self._submodule(path), None) for path in modules}, on_disk=True)

    def _staged(self) -> tuple[dict[str, Blob], dict[str, str]]:
        blobs: dict[str, Blob] = {}
        modules: dict[str, str] = {}
        for record in self._run("ls-files", "--stage", "-z", "--full-name").split(b"\0")[:-1]:
            facts, _, name = record.partition(b"\t")
            mode, identity, stage = facts.decode("ascii").split(" ")
            path = os.fsdecode(name)
            if mode == _MODULE:
                modules[path] = identity
            elif stage in ("0", "2") or path not in blobs:  # of a conflict, our side
                blobs[path] = Blob(mode, identity, self)
        return blobs, modules

    def _submodule(self, path: str) -> Repository | None:
        """The repository of a submodule, if it is checked out."""
        top = os.path.join(self.top, path)
        if not os.path.exists(os.path.join(top, ".git")):
            return None
        found = Repository(top)
        for name in _OF_A_REPOSITORY:
            found._environment.pop(name, None)
        return found

    def _snapshot(
        self, blobs: dict[str, Blob], modules: Mapping[str, tuple[Repository | None, str | None]], on_disk: bool = False
    ) -> Snapshot:
        missing: dict[str, str] = {}
        tops = [""]
        for path, (module, identity) in sorted(modules.items()):
            if module is None:
                missing[path] = "submodule, not checked out"
                continue
            try:
                inner = module.working_tree() if identity is None else module.tree(identity)
            except GitError:
                missing[path] = f"submodule, its commit {identity or ''} is not here"
                continue
            blobs.update((f"{path}/{name}", blob) for name, blob in inner.blobs.items())
            missing.update((f"{path}/{name}", reason) for name, reason in inner.missing.items())
            tops += [path, *(f"{path}/{top}" for top in inner.tops if top)]
        return Snapshot(self.top, blobs, missing, tuple(tops), on_disk)

    def renames(self, base: str, head: str | None, staged: bool = False) -> dict[str, str]:
        """New path → old path of the files that git takes for renamed between a commit and another, the index
        (`staged`) or the working tree."""
        if head is not None:
            said = self._run("diff-tree", "-r", "-M", "-z", "--name-status", "--no-commit-id", base, head)
        else:
            cached = ["--cached"] if staged else []
            said = self._run("diff-index", *cached, "-M", "-z", "--name-status", base)
        fields = iter(said.split(b"\0")[:-1])
        found = {}
        for status in fields:
            old = os.fsdecode(next(fields))
            if status[:1] in b"RC":
                new = os.fsdecode(next(fields))
                if status[:1] == b"R":
                    found[new] = old
        return found

    # Running git

    def content(self, identity: str) -> bytes:
        """The content of a blob. Raises OSError if this clone does not have it."""
        process = self._batch()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(identity.encode("ascii") + b"\n")
        process.stdin.flush()
        header = process.stdout.readline().split()
        if len(header) != 3:
            raise OSError(errno.ENOENT, "its content is not in this clone")
        size = int(header[2])
        data = process.stdout.read(size + 1)
        return data[:size]

    def _batch(self) -> subprocess.Popen[bytes]:
        """The process that reads objects: one for each of ours, since an answer on a shared pipe may be another's."""
        if self._reader is None or self._reader[0] != os.getpid():
            process = subprocess.Popen(
                ["git", "-C", self.top, "cat-file", "--batch"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment,
            )
            self._reader = os.getpid(), process
        return self._reader[1]

    def close(self) -> None:
        """End the process that reads objects."""
        if self._reader is not None and self._reader[0] == os.getpid():
            process = self._reader[1]
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
            process.wait()
        self._reader = None

    def _names(self, *arguments: str) -> list[str]:
        return [os.fsdecode(name) for name in self._run(*arguments).split(b"\0")[:-1]]

    def _ask(self, *arguments: str) -> bytes | None:
        """What git answers; None if it says no."""
        try:
            return self._run(*arguments)
        except GitError:
            return None

    def _run(self, *arguments: str) -> bytes:
        try:
            done = subprocess.run(
                ["git", "-C", self.top, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=self._environment,
                check=False,
            )
        except FileNotFoundError:
            raise GitError("git is not installed, or not on the PATH: a change is read from its history") from None
        except OSError as error:
            raise GitError(f"git cannot be run: {error.strerror or error}") from None
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"status {done.returncode}"]
            raise GitError(f"git {arguments[0]}: {said[0].removeprefix('fatal: ')}")
        return done.stdout


def _branch(revision: str) -> str:
    return revision.removeprefix("origin/").partition("~")[0].partition("^")[0]


class Snapshot:
    """The files of one state, under the paths that they have, or would have, in the working tree (files.Files)."""

    def __init__(
        self,
        top: str,
        blobs: Mapping[str, Blob],
        missing: Mapping[str, str],
        tops: Iterable[str],
        on_disk: bool = False,
    ) -> None:
        self.top = top
        self.blobs = blobs
        """By path relative to the top, with forward slashes."""
        self.missing = missing
        """Submodules whose files are not here, by path, and why."""
        self.tops = tuple(tops)
        """Where repositories begin: "" and the submodules."""
        self._on_disk = on_disk
        self._prefix = os.path.join(top, "")
        self._has_links = any(blob.mode == _LINK for blob in blobs.values())
        self._folders: dict[str, dict[str, bool]] | None = None

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Path, relative to the top, and identity of each link."""
        if not self._has_links:
            return ()
        return tuple((path, self.identity(path)) for path, blob in sorted(self.blobs.items()) if blob.mode == _LINK)

    def read(self, path: str) -> bytes:
        """The content of a file. Raises OSError."""
        name = self._name(path)
        found = None if name is None else self._follow(name)
        if found is None or found not in self.blobs:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return self.content(found)

    def content(self, name: str) -> bytes:
        """The content of a file by its path relative to the top; of a link, where it leads. Raises OSError."""
        blob = self.blobs[name]
        if self._on_disk and blob.mode != _LINK:
            try:
                return DISK.read(os.path.join(self.top, name))
            except FileNotFoundError:
                if blob.id is None:
                    raise
                # A sparse checkout leaves out what is tracked all the same.
        if blob.id is None:
            return os.fsencode(os.readlink(os.path.join(self.top, name)))
        return blob.repository.content(blob.id)

    def kind(self, path: str) -> str | None:
        """ "file", "folder" or None; a link is what it leads to."""
        name = self._name(path)
        if name is None:
            return None
        if name.rpartition("/")[2] == ".git":
            return "folder" if name.rpartition("/")[0] in self.tops else None
        found = self._follow(name)
        if found is None:
            return None
        return "file" if found in self.blobs else "folder" if found in self._tree() else None

    def entries(self, folder: str) -> list[Entry]:
        """What a folder holds, by name. Raises OSError."""
        name = self._name(folder)
        found = None if name is None else self._follow(name)
        if found is None or found not in self._tree():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), folder)
        made = []
        for entry, is_folder in sorted(self._tree()[found].items()):
            inner = f"{found}/{entry}" if found else entry
            link = not is_folder and self.blobs[inner].mode == _LINK
            made.append(Entry(entry, is_folder, not is_folder and (not link or self._follow(inner) in self.blobs)))
        return made

    def identity(self, name: str) -> str:
        """What tells one content of a file from another, by its path relative to the top."""
        blob = self.blobs[name]
        if blob.id is not None:
            return blob.id
        try:
            return hashlib.sha1(self.content(name), usedforsecurity=False).hexdigest()
        except OSError:
            return ""

    def signature(self, path: str) -> Signature:
        """What tells one content of a file from another: of a blob its name. Raises OSError."""
        name = self._name(path)
        found = None if name is None else self._follow(name)
        blob = self.blobs.get(found or "")
        if found is None or blob is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        # What git checks out may be another than the blob: with other ends of lines, say.
        if self._on_disk and (blob.id is None or os.path.exists(os.path.join(self.top, found))):
            return DISK.signature(os.path.join(self.top, found))
        return 0, 0, 0, int(blob.id or "0", 16)

    def _name(self, path: str) -> str | None:
        """Relative to the top, with forward slashes; None for what lies outside."""
        if path.startswith(self._prefix):
            relative = os.path.normpath(path[len(self._prefix) :]).replace(os.sep, "/")
        else:
            relative = os.path.relpath(path, self.top).replace(os.sep, "/")
        if relative == ".":
            return ""
        return None if relative == ".." or relative.startswith("../") or os.path.isabs(relative) else relative

    def _follow(self, name: str) -> str | None:
        """The path without links; None if one leads outside, or in circles."""
        if not self._has_links:
            return name
        for _ in range(_MAX_LINKS):
            link = next(
                (part for part in _beginnings(name) if part in self.blobs and self.blobs[part].mode == _LINK), None
            )
            if link is None:
                return name
            target = os.fsdecode(self.content(link)).replace(os.sep, "/")
            if target.startswith("/"):
                return None
            folder = link.rpartition("/")[0]
            joined = os.path.normpath(f"{folder}/{target}" if folder else target).replace(os.sep, "/")
            if joined == ".." or joined.startswith("../"):
                return None
            name = os.path.normpath(joined + name[len(link) :]).replace(os.sep, "/")
            name = "" if name == "." else name
        return None

    def _tree(self) -> dict[str, dict[str, bool]]:
        """Folder → name → whether it is a folder."""
        if self._folders is None:
            self._folders = {"": {}}
            for path in self.blobs:
                is_folder = False
                while path:
                    folder, _, name = path.rpartition("/")
                    known = self._folders.setdefault(folder, {})
                    if name in known:
                        break
                    known[name] = is_folder
                    path, is_folder = folder, True
        return self._folders


def _beginnings(name: str) -> Iterator[str]:
    position = name.find("/")
    while position >= 0:
        yield name[:position]
        position = name.find("/", position + 1)
    yield name

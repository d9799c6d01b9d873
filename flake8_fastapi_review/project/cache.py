"""What is remembered about each file between runs: one SQLite row a file, safe to lose.

A row is trusted only when it was made from the same content by the same tool and is undamaged, so nothing that
happens to the database (another version writing to it, a flipped bit, a killed writer, a full disk) can change a
result: it only costs time. No method raises; `Cache.problem` says why the cache is not used.
"""

from __future__ import annotations

import atexit
import os
import sys
import time
import zlib
from typing import TYPE_CHECKING, Any, TypeVar

from .. import __version__
from ..records import NamedTuple
from ..unchanged import CACHE_FOLDER, CACHE_VARIABLE, PREFIX, RACE_NS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ..unchanged import Ground

T = TypeVar("T")

DATABASE = "summaries.sqlite3"
TIMEOUT = 0.2
"""Seconds to wait for another process; longer would cost more than going without."""
BATCH_ROWS = 256
BATCH_BYTES = 4_000_000
REFUSALS = 3
"""After so many batches refused by a locked database, no more are offered."""
PAGES = 40
"""So many pages are kept, the last written: a project has three for each host and choice of rules, and for each side
of a change."""
VARIABLES = 500
"""Below the 999 placeholders that the oldest SQLite in use allows in a statement."""

_SCHEMA = (
    "DROP TABLE IF EXISTS made_by",
    "DROP TABLE IF EXISTS summaries",
    "CREATE TABLE made_by (fingerprint TEXT NOT NULL)",
    "CREATE TABLE summaries (path TEXT PRIMARY KEY, digest BLOB, payload BLOB, stat TEXT, seal BLOB)",
    "DROP TABLE IF EXISTS pages",
    "CREATE TABLE pages (name TEXT PRIMARY KEY, payload BLOB, seal BLOB)",
)
_CACHEDIR_TAG = """\
Signature: 8a477f597d28d172789f06886806bc55
# This directory is a cache of fastapi-review and can be deleted.
# For information about cache directory tags see https://bford.info/cachedir/
"""


def cache_folder(root: str, wanted: str | None = None) -> str | None:
    """The folder that keeps a project's summaries, None for none: `wanted` ("" for none), else what the environment
    says, else one in the root."""
    if wanted is None:
        wanted = os.environ.get(CACHE_VARIABLE, os.path.join(root, CACHE_FOLDER))
    return wanted or None


def opened(directory: str) -> Cache:
    """The cache in a folder, for what this version of the tool makes under this interpreter."""
    import marshal

    stamp = f"{__version__}/{marshal.version}/zlib/{sys.implementation.cache_tag}/{code_digest('module')}"
    return Cache(directory, stamp)


_CODE: list[str] = []
"""What tells one state of the tool's sources from another: those that this process runs."""


def code_digest(*folders: str) -> str:
    """The sources of the tool below folders of the package ("" for all): while a version is developed, they change
    under the same number. Of a package that was installed, what the installer wrote last stands for all."""
    package = _package()
    if not _CODE:
        _CODE.extend(_stamp(path) for path in _code(package) if not path.endswith(os.sep))
    chosen = tuple(os.path.join(package, folder, "") for folder in folders)
    stamps = [stamp for stamp in _CODE if stamp.startswith(chosen)] or _CODE
    return _blake2b("\n".join(stamps).encode("utf-8", "surrogatepass"), 16).hex()


def stamp_code(ground: Ground) -> None:
    """Add the tool's own code, and what else is installed, to what an answer was made from."""
    ground.stamp_tool()
    for place in _code(_package()):
        ground.stamp(place)


def _package() -> str:
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _code(package: str) -> list[str]:
    """Of a package that was installed, the record that an installer keeps beside it (see
    packaging.python.org/specifications/recording-installed-packages): it saves a look at each file at every start. Of
    one that is edited in place, all its folders, with a separator at the end, and files."""
    site, name = os.path.split(package)
    records = [
        os.path.join(site, entry, "RECORD")
        for entry in os.listdir(site)
        if entry.startswith(f"{name}-") and entry.endswith(".dist-info")
    ]
    found = [record for record in records if os.path.exists(record)]
    return found if len(found) == 1 else sorted(_sources(package))


def _sources(package: str) -> Iterator[str]:
    waiting = [package]
    while waiting:
        folder = waiting.pop()
        yield os.path.join(folder, "")
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    yield entry.path
                elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                    waiting.append(entry.path)


def _stamp(path: str) -> str:
    stat = os.stat(path)
    return f"{path}:{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ino}"


def packed(plain: Any, level: int = -1) -> bytes:
    """Values that `marshal` writes, in a third of its bytes. `level`: zlib's; 1 for what is written again and again
    takes a seventh of the time for a fifth more bytes; 0 for what is packed already."""
    import marshal

    return zlib.compress(marshal.dumps(plain), level)


def unpacked(payload: bytes) -> Any:
    """What `packed` was given. Raises ValueError, EOFError or TypeError for anything else."""
    import marshal

    try:
        return marshal.loads(zlib.decompress(payload))
    except zlib.error as error:
        raise ValueError(str(error)) from None


class _Row(NamedTuple):
    digest: bytes
    payload: bytes
    stat: str | None
    seal: bytes


def content_digest(content: bytes) -> bytes:
    """The 16 bytes that stand for a file's content in `Cache.get` and `Cache.put`."""
    return _blake2b(content, 16)


class Cache:
    """A dictionary from (path, content) to bytes that outlives the process.

    `directory` is made when needed. `fingerprint` names everything besides a file's content that its payload
    depends on (tool version, serialisation, knowledge); rows of another fingerprint are dropped.

    Belongs to one thread. May be made before a fork: no connection crosses it, and each process writes its own rows.
    What is not yet written when the process ends normally is written then.
    """

    def __init__(self, directory: str, fingerprint: str) -> None:
        self.directory = directory
        self.fingerprint = fingerprint
        self.problem: str | None = None
        """Why the cache is not used, or not written: one line for a verbose log."""
        self._off = False
        self._refusals = 0
        self._supplies: list[Callable[[], None]] = []
        self._pid = os.getpid()
        self._connection: sqlite3.Connection | None = None
        self._pending: dict[str, _Row] = {}
        self._pending_bytes = 0
        self._pending_stats: dict[str, tuple[str, bytes]] = {}
        self._stamp: bytes | None = None
        # Callers take a file's stat after this moment. Judging by it, and not by the moment of `put`, keeps a change
        # between stat and put from hiding in the same tick of the file system's clock.
        self._born_ns = time.time_ns()

    def when_closing(self, supply: Callable[[], None]) -> None:
        """Have `supply()` called before the cache closes: what it puts is written too. It must not raise."""
        self._supplies.append(supply)

    def get(self, path: str, digest: bytes, stat: os.stat_result | None = None) -> bytes | None:
        """The payload stored for `path` with this content, else None.

        With `stat` (taken before the content was read), `fresh` will know this state of the file from now on.
        """
        row = self._rows((path,)).get(path)
        if row is None or row.digest != digest:
            return None
        if stat is not None:
            self._remember_stat(path, row, stat)
        return row.payload

    def get_many(self, digests: Mapping[str, bytes]) -> dict[str, bytes]:
        """The payloads of all these paths (path to content digest) that are stored, in few queries."""
        rows = self._rows(digests)
        return {path: row.payload for path, row in rows.items() if row.digest == digests[path]}

    def fresh(self, path: str, stat: os.stat_result) -> bytes | None:
        """The payload of `path` if the file still has the times, size and inode that it was stored with."""
        return self.fresh_many({path: stat}).get(path)

    def fresh_many(self, stats: Mapping[str, os.stat_result]) -> dict[str, bytes]:
        """The payloads of all these paths for which `fresh` would give one, in few queries."""
        rows = self._rows(stats)
        return {path: row.payload for path, row in rows.items() if row.stat == _stat_key(stats[path])}

    def put(self, path: str, digest: bytes, payload: bytes, stat: os.stat_result | None = None) -> None:
        """Store `payload`; the last writer of a path wins. Written in batches, at `flush`, `close` and exit.

        `stat` enables `fresh`; it has to be taken before the content was read.
        """
        self._enter_process()
        if self._off or not _is_storable(path):
            return
        row = _Row(digest, payload, self._stat_to_store(stat), self._seal(path, digest, payload))
        self._pending[path] = row
        self._pending_stats.pop(path, None)
        self._pending_bytes += len(payload)
        if len(self._pending) >= BATCH_ROWS or self._pending_bytes >= BATCH_BYTES:
            self.flush()

    def forget(self, paths: Iterable[str]) -> None:
        """Let go of files that are no longer there."""
        self._enter_process()
        gone = [path for path in paths if _is_storable(path)]
        for path in gone:
            self._pending.pop(path, None)

        def delete(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany("DELETE FROM summaries WHERE path = ?", [(path,) for path in gone])

        self._attempt(delete, may_wait=True)

    def flush(self) -> None:
        """Write what `put` holds back. While another process keeps the database locked, it stays held back."""
        self._enter_process()
        if self._off or not (self._pending or self._pending_stats):
            return

        def write(connection: sqlite3.Connection) -> bool:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(
                    "INSERT OR REPLACE INTO summaries (path, digest, payload, stat, seal) VALUES (?, ?, ?, ?, ?)",
                    [(path, *row) for path, row in self._pending.items()],
                )
                connection.executemany(
                    "UPDATE summaries SET stat = ? WHERE path = ? AND digest = ?",
                    [(stat, path, digest) for path, (stat, digest) in self._pending_stats.items()],
                )
            return True

        if self._attempt(write, may_wait=True):
            self._forget_pending()

    def close(self) -> None:
        """Flush and let go of the database. The cache can still be used: it opens again."""
        for supply in self._supplies:
            supply()
        self.flush()
        self._disconnect()

    def page(self, name: str) -> bytes | None:
        """What was stored under a name that tells all that it depends on besides the fingerprint."""
        self._enter_process()
        return self._attempt(lambda connection: self._page(connection, name))

    def put_page(self, name: str, made: Callable[[bytes | None], bytes]) -> None:
        """Store `made(what is there now)` under a name. Written at once; another process may have been faster, so what
        is there is handed over to be joined."""
        self._enter_process()

        def write(connection: sqlite3.Connection) -> bool:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                payload = made(self._page(connection, name))
                connection.execute(
                    "INSERT OR REPLACE INTO pages (name, payload, seal) VALUES (?, ?, ?)",
                    (name, payload, self._seal(name, b"", payload)),
                )
                connection.execute(
                    "DELETE FROM pages WHERE rowid NOT IN (SELECT rowid FROM pages ORDER BY rowid DESC LIMIT ?)",
                    (PAGES,),
                )
            return True

        self._attempt(write, may_wait=True)

    def _page(self, connection: sqlite3.Connection, name: str) -> bytes | None:
        row: tuple[bytes, bytes] | None = connection.execute(
            "SELECT payload, seal FROM pages WHERE name = ?", (name,)
        ).fetchone()
        return row[0] if row is not None and row[1] == self._seal(name, b"", row[0]) else None

    def _rows(self, paths: Iterable[str]) -> dict[str, _Row]:
        """The sound rows of `paths`, those not yet written included."""
        self._enter_process()
        wanted = [path for path in paths if _is_storable(path)]
        found = {path: self._pending[path] for path in wanted if path in self._pending}
        asked = [path for path in wanted if path not in found]
        if not asked:
            return found

        def select(connection: sqlite3.Connection) -> dict[str, _Row]:
            rows = {}
            for start in range(0, len(asked), VARIABLES):
                some = asked[start : start + VARIABLES]
                places = ",".join("?" * len(some))
                query = f"SELECT path, digest, payload, stat, seal FROM summaries WHERE path IN ({places})"
                for path, *columns in connection.execute(query, some):
                    row = _Row(*columns)
                    if row.seal == self._seal(path, row.digest, row.payload):
                        rows[path] = row
            return rows

        found.update(self._attempt(select) or {})
        return found

    def _remember_stat(self, path: str, row: _Row, stat: os.stat_result) -> None:
        key = self._stat_to_store(stat)
        if key is None or key == row.stat or self._off:
            return
        if path in self._pending:
            self._pending[path] = row._replace(stat=key)
        else:
            self._pending_stats[path] = (key, row.digest)

    def _stat_to_store(self, stat: os.stat_result | None) -> str | None:
        if stat is None or self._born_ns - max(stat.st_mtime_ns, stat.st_ctime_ns) < RACE_NS:
            return None
        return _stat_key(stat)

    def _seal(self, path: str, digest: bytes, payload: bytes) -> bytes:
        """Tells rows of another fingerprint and damaged rows: SQLite itself has no checksums."""
        if self._stamp is None:
            self._stamp = _blake2b(self.fingerprint.encode("utf-8", "surrogatepass"), 8)
        return self._stamp + zlib.crc32(payload, zlib.crc32(digest + path.encode())).to_bytes(4, "big")

    def _enter_process(self) -> None:
        """After a fork: the rows held back are the parent's to write, the connection is the parent's to close."""
        if self._pid == os.getpid():
            return
        self._pid = os.getpid()
        self._forget_pending()
        if self._connection is not None:
            _ABANDONED.append(self._connection)
            _OPENED.discard(self)
            self._connection = None

    def _forget_pending(self) -> None:
        self._pending.clear()
        self._pending_stats.clear()
        self._pending_bytes = 0

    def _attempt(self, action: Callable[[sqlite3.Connection], T], *, may_wait: bool = False) -> T | None:
        """What `action` returns, or None after any failure. A damaged database is replaced, once.

        A failure switches the cache off, unless the action `may_wait` for a locked database to be free again.
        """
        if self._off:
            return None
        replaced = False
        while True:
            try:
                if self._connection is None:
                    self._connection = self._open()
                result = action(self._connection)
            except Exception as error:
                self.problem = f"{self.directory}: {error}"
                if may_wait and _is_locked(error) and self._refusals < REFUSALS:
                    self._refusals += 1
                    return None
                self._disconnect()
                if _is_damage(error) and not replaced and self._remove_database():
                    replaced = True
                    continue
                self._off = True
                self._forget_pending()
                return None
            self.problem = None
            return result

    def _open(self) -> sqlite3.Connection:
        try:
            import _sqlite3 as sqlite3  # without what sqlite3 imports for dates
        except ImportError:
            import sqlite3  # type: ignore[no-redef]

        _make_directory(self.directory)
        _watch(self)
        give_up = time.monotonic() + TIMEOUT
        while True:
            connection = sqlite3.connect(
                os.path.join(self.directory, DATABASE), timeout=TIMEOUT, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(connection)
            except Exception as error:
                connection.close()
                # SQLite does not wait while two processes turn a new database to WAL at the same time.
                if _is_locked(error) and time.monotonic() < give_up:
                    time.sleep(0.01)
                    continue
                raise
            return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # Heard by a new database only. What is compressed takes few of the smallest useful pages, and wastes little.
        connection.execute("PRAGMA page_size = 1024")
        connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may damage the database. It is then replaced: cheaper than waiting for the disk each time.
        connection.execute("PRAGMA synchronous = OFF")
        if self._is_ours(connection):
            return
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            if not self._is_ours(connection):
                for statement in _SCHEMA:
                    connection.execute(statement)
                connection.execute("INSERT INTO made_by VALUES (?)", (self.fingerprint,))

    def _is_ours(self, connection: sqlite3.Connection) -> bool:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables >= {"made_by", "summaries", "pages"}:
            return False
        made_by: tuple[str] | None = connection.execute("SELECT fingerprint FROM made_by").fetchone()
        return made_by == (self.fingerprint,)

    def _disconnect(self) -> None:
        _OPENED.discard(self)
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except Exception as error:
                self.problem = f"{self.directory}: {error}"

    def _remove_database(self) -> bool:
        path = os.path.join(self.directory, DATABASE)
        try:
            for name in (path, f"{path}-wal", f"{path}-shm"):
                if os.path.lexists(name):
                    os.unlink(name)
        except OSError:  # in use (Windows), not ours, or just removed by another process: this run goes uncached
            return False
        return True


_ABANDONED: list[sqlite3.Connection] = []
"""Connections opened by the parent process. Closing one here would remove the log that the parent still writes."""
_OPENED: set[Cache] = set()
_watching_since: dict[str, int] = {}


def _watch(cache: Cache) -> None:
    """See that `cache` is written when its process ends, and holds no connection while the process forks."""
    _OPENED.add(cache)
    if "exit" not in _watching_since:
        _watching_since["exit"] = os.getpid()
        atexit.register(_close_all)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=_close_all)
    # Workers of multiprocessing (so of flake8 -j) leave by `os._exit`: they run these finalizers and no atexit.
    util = sys.modules.get("multiprocessing.util")
    if util is not None and _watching_since.get("worker") != os.getpid():
        _watching_since["worker"] = os.getpid()
        util.Finalize(None, _close_all, exitpriority=0)


def _close_all() -> None:
    for cache in list(_OPENED):
        cache.close()


def _make_directory(directory: str) -> None:
    """Make the folder and mark it as a cache; a folder that holds anything else is somebody's own and gets no marks."""
    os.makedirs(directory, exist_ok=True)
    marks = {".gitignore": "*\n", "CACHEDIR.TAG": _CACHEDIR_TAG}
    present = set(os.listdir(directory))
    ours = {*marks, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal"}
    if not all(name in ours or name.startswith(PREFIX) for name in present):
        return
    for name in marks.keys() - present:
        with open(os.path.join(directory, name), "w", encoding="ascii") as file:
            file.write(marks[name])


def _blake2b(data: bytes, size: int) -> bytes:
    try:
        from _blake2 import blake2b  # hashlib's own source of it, without the 2 ms that loading OpenSSL takes
    except ImportError:
        from hashlib import blake2b
    return blake2b(data, digest_size=size).digest()


def _stat_key(stat: os.stat_result) -> str:
    # Text, because an inode can be larger than SQLite's integers.
    return f"{stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_size} {stat.st_ino}"


def _is_storable(path: str) -> bool:
    """False for names that are no Unicode (undecodable bytes of a file system), which SQLite refuses."""
    if path.isascii():
        return True
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_locked(error: Exception) -> bool:
    # The numeric code came with Python 3.11; SQLite's texts are the same everywhere.
    return "locked" in str(error) or "busy" in str(error)


_DAMAGE = ("malformed", "not a database", "unsupported file format", "no such table", "no such column", "decode")


def _is_damage(error: Exception) -> bool:
    text = str(error)
    return any(sign in text for sign in _DAMAGE)

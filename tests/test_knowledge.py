"""The knowledge rows: compiled, consistent, and answered as the rules expect."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flake8_fastapi_review.knowledge import AWAIT, KINDS, Blocking, Knowledge, KnowledgeError, Route, Runs, Tables
from flake8_fastapi_review.knowledge.compile import TARGET, parse, read, render
from flake8_fastapi_review.knowledge.schema import add, check_canonical, expand

knowledge = Knowledge()


def test_rows_are_up_to_date() -> None:
    assert TARGET.read_text("utf-8") == render(read()), "python -m flake8_fastapi_review.knowledge.compile"


def test_shipped_rows_are_what_the_toml_says() -> None:
    shipped, source = Tables.shipped(), read()
    shipped.flow_rows()
    shipped.group_rows()
    for name in Tables.__slots__:
        assert getattr(shipped, name) == getattr(source, name), name


def test_every_kind_has_a_rule_and_rows() -> None:
    assert {kind for kind, _ in Tables.shipped().blocks} <= set(KINDS) | {"none"}
    assert set(KINDS.values()) == {"FAR001", "FAR002", "FAR004", "FAR005", "FAR006", "FAR146"}


def test_remedies_read_after_the_word_use() -> None:
    for kind, remedy in Tables.shipped().blocks:
        assert remedy.count("`") % 2 == 0, remedy
        assert not remedy.lower().startswith("use "), remedy
        assert not remedy.endswith("."), (kind, remedy)


def test_nothing_blocks_that_must_be_awaited() -> None:
    tables = Tables.shipped()
    for name in tables.blocking:
        assert not tables.returns.get(name, "").startswith(AWAIT), name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("time.sleep", "sleep"),
        ("builtins.open", "file"),
        ("io.open", "file"),
        ("pathlib.PosixPath.read_text", "file"),
        ("zipfile.ZipFile.extractall", "archive"),
        ("subprocess.run", "subprocess"),
        ("socket.getaddrinfo", "dns"),
        ("requests.sessions.Session.get", "http"),
        ("requests.api.get", "http"),
        ("httpx2.Client.post", "http"),
        ("smtplib.SMTP_SSL.send_message", "email"),
        ("sqlalchemy.orm.session.Session.execute", "database"),
        ("sqlmodel.Session.exec", "database"),
        ("sqlmodel.Session.commit", "database"),
        ("sqlalchemy.Engine.connect", "database"),
        ("psycopg2._psycopg.cursor.execute", "database"),
        ("peewee.ModelSelect.first", "database"),
        ("pymongo.synchronous.collection.Collection.find_one", "mongo"),
        ("redis.client.Redis.hgetall", "redis"),
        ("redis.StrictRedis.get", "redis"),
        ("botocore.client.BaseClient.put_object", "cloud"),
        ("openai.resources.chat.Completions.create", "llm"),
        ("grpc.UnaryUnaryMultiCallable.__call__", "rpc"),
        ("bcrypt.hashpw", "cpu"),
        ("PIL.Image.Image.resize", "cpu"),
        ("pandas.core.frame.DataFrame.to_csv", "cpu"),
        ("asyncio.run", "loop"),
        ("asyncio.SelectorEventLoop.run_until_complete", "loop"),
    ],
)
def test_blocks(name: str, kind: str) -> None:
    found = knowledge.blocking(name)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    "name",
    [
        "os.path.exists",
        "os.getcwd",
        "os.makedirs",
        "os.listdir",
        "os.stat",
        "pathlib.Path.exists",
        "pathlib.Path.mkdir",
        "pathlib.Path.unlink",
        "pathlib.Path.iterdir",
        "tempfile.mkdtemp",
        "sqlalchemy.select",
        "sqlalchemy.create_engine",
        "sqlalchemy.orm.Query.filter",
        "sqlalchemy.orm.Session.add",
        "sqlalchemy.orm.Session.close",
        "sqlalchemy.engine.Result.all",
        "sqlalchemy.ext.asyncio.AsyncSession.execute",
        "redis.Redis.pipeline",
        "redis.Redis._private",
        "redis.Redis",
        "redis.client.Pipeline.set",
        "redis.asyncio.Redis.get",
        "httpx.AsyncClient.get",
        "httpx.Client",
        "boto3.client",
        "botocore.client.BaseClient.get_paginator",
        "botocore.client.BaseClient.generate_presigned_url",
        "PIL.Image.open",
        "asyncio.sleep",
        "asyncio.subprocess.Process.wait",
        "asyncio.Event.wait",
        "app.services.Session.execute",
        "",
    ],
)
def test_does_not_block(name: str) -> None:
    assert knowledge.blocking(name) is None


def test_remedy_speaks_of_the_call() -> None:
    assert knowledge.blocking("shutil.copytree") == Blocking("file", "`await asyncio.to_thread(shutil.copytree, …)`")
    found = knowledge.blocking("pathlib.Path.read_text")
    assert found is not None
    assert "asyncio.to_thread(path.read_text, …)" in found.remedy


def test_canonical_names() -> None:
    assert knowledge.canonical("sqlalchemy.orm.session.Session.get") == "sqlalchemy.orm.Session.get"
    assert knowledge.canonical("fastapi.exceptions.HTTPException") == "fastapi.HTTPException"
    assert knowledge.canonical("fastapi.Request") == "starlette.requests.Request"
    assert knowledge.canonical("fastapi.status.HTTP_404_NOT_FOUND") == "starlette.status.HTTP_404_NOT_FOUND"
    assert knowledge.canonical("fastapi.param_functions.Depends") == "fastapi.Depends"
    assert knowledge.canonical("app.db.get_session") == "app.db.get_session"


def test_classes_and_their_ancestors() -> None:
    assert knowledge.mro("fastapi.HTTPException")[:3] == (
        "fastapi.HTTPException",
        "starlette.exceptions.HTTPException",
        "builtins.Exception",
    )
    assert knowledge.is_subclass("fastapi.HTTPException", "starlette.exceptions.HTTPException") is True
    assert knowledge.is_subclass("builtins.KeyError", "builtins.Exception") is True
    assert knowledge.is_subclass("asyncio.CancelledError", "builtins.Exception") is False
    assert knowledge.is_subclass("builtins.ValueError", "builtins.OSError") is False
    assert knowledge.is_subclass("somewhere.Unknown", "builtins.Exception") is None
    assert knowledge.is_subclass("somewhere.Unknown", "builtins.object") is True
    assert knowledge.is_class("httpx.Client")
    assert knowledge.is_class("builtins.str")
    assert not knowledge.is_class("httpx.get")
    assert not knowledge.is_class("somewhere.Unknown")


def test_members_are_found_on_base_classes() -> None:
    assert knowledge.member("sqlmodel.Session", "commit") == "sqlalchemy.orm.Session.commit"
    assert knowledge.member("sqlmodel.Session", "exec") == "sqlmodel.Session.exec"
    assert knowledge.member("sqlmodel.Session", "unheard_of") == "sqlmodel.Session.unheard_of"
    assert knowledge.member("smtplib.SMTP_SSL", "sendmail") == "smtplib.SMTP.sendmail"


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("builtins.open", "io.TextIOWrapper"),
        ("sqlite3.connect", "sqlite3.Connection"),
        ("pathlib.Path.parent", "pathlib.Path"),
        ("pathlib.PosixPath.resolve", "pathlib.PosixPath"),
        ("pathlib.Path.__truediv__", "pathlib.Path"),
        ("sqlalchemy.orm.Query.filter", "sqlalchemy.orm.Query"),
        ("sqlalchemy.orm.sessionmaker.__call__", "sqlalchemy.orm.Session"),
        ("sqlalchemy.ext.asyncio.AsyncSession.execute", "await sqlalchemy.engine.Result"),
        ("sqlmodel.ext.asyncio.session.AsyncSession.commit", "await None"),
        ("httpx.AsyncClient.get", "await httpx.Response"),
        ("asyncio.sleep", "await None"),
        ("fastapi.UploadFile.read", "await builtins.bytes"),
        ("fastapi.Request.json", "await ?"),
        ("fastapi.WebSocket.send_json", "await None"),
        ("starlette.concurrency.run_in_threadpool", "await ?"),
        ("openai.AzureOpenAI.chat", "openai.resources.Chat"),
        ("openai.resources.chat.AsyncCompletions.create", "await ?"),
        ("anthropic.AsyncAnthropic.messages", "anthropic.resources.AsyncMessages"),
        ("pymongo.MongoClient.shop", "pymongo.database.Database"),
        ("pymongo.database.Database.users", "pymongo.collection.Collection"),
        ("motor.motor_asyncio.AsyncIOMotorCollection.find_one", "await ?"),
        ("psycopg.AsyncCursor.execute", "await psycopg.AsyncCursor"),
        ("pymongo.MongoClient.list_database_names", None),
        ("app.models.User.get", None),
    ],
)
def test_returns(name: str, result: str | None) -> None:
    assert knowledge.returns(name) == result


def test_awaits() -> None:
    assert knowledge.awaits("asyncio.sleep") is True
    assert knowledge.awaits("asyncio.create_task") is False
    assert knowledge.awaits("somewhere.thing") is None


def test_with_and_for() -> None:
    assert knowledge.enters("httpx.Client") == "httpx.Client"
    assert knowledge.enters("sqlmodel.Session") == "sqlmodel.Session"
    assert knowledge.enters("sqlalchemy.engine.Engine.begin") == "sqlalchemy.engine.Connection"
    assert (
        knowledge.async_enters("sqlalchemy.ext.asyncio.AsyncEngine.begin") == "sqlalchemy.ext.asyncio.AsyncConnection"
    )
    assert knowledge.iterates("io.TextIOWrapper") == "builtins.str"
    assert knowledge.async_iterates("starlette.requests.Request.stream") == "builtins.bytes"
    assert knowledge.async_only("httpx.AsyncClient") is True
    assert knowledge.async_only("aiohttp.ClientSession") is True
    assert knowledge.async_only("ollama.AsyncClient") is False
    assert knowledge.async_only("anyio.streams.memory.MemoryObjectSendStream") is False
    assert knowledge.async_only("requests.Session") is None


def test_callables_handed_over() -> None:
    assert knowledge.offload("asyncio.to_thread") == Runs(0, "func", "thread", False)
    assert knowledge.offload("asyncio.SelectorEventLoop.run_in_executor") == Runs(1, "func", "thread", False)
    assert knowledge.offload("concurrent.futures.ThreadPoolExecutor.submit") == Runs(0, "", "thread", False)
    assert knowledge.offload("fastapi.concurrency.run_in_threadpool") == Runs(0, "func", "thread", False)
    assert knowledge.offload("asgiref.sync.sync_to_async") == Runs(0, "func", "thread", True)
    assert knowledge.offload("builtins.sorted") == Runs(-1, "key", "inline", False)
    assert knowledge.offload("builtins.print") is None
    add_task = knowledge.loop_callback("fastapi.BackgroundTasks.add_task")
    assert add_task == Runs(0, "func", "loop-or-thread", False)
    assert knowledge.loop_callback("asyncio.AbstractEventLoop.call_later") == Runs(1, "callback", "loop", False)


def test_decorators_routes_constants() -> None:
    assert knowledge.decorator("functools.lru_cache") == "cached"
    assert knowledge.decorator("celery.app.base.Celery.task") == "task"
    assert knowledge.decorator("contextlib.asynccontextmanager") == "asynccontextmanager"
    assert knowledge.decorator("app.decorators.anything") is None
    assert knowledge.route("fastapi.routing.APIRouter.get") == Route("route", ("GET",), -1)
    assert knowledge.route("fastapi.FastAPI.add_api_route") == Route("route", (), 1)
    assert knowledge.route("fastapi.FastAPI.add_middleware") == Route("middleware", (), 0)
    assert knowledge.route("httpx.AsyncClient.get") is None
    assert knowledge.constant("fastapi.status.HTTP_404_NOT_FOUND") == 404
    assert knowledge.constant("http.HTTPStatus.NOT_FOUND") == 404
    assert knowledge.constant("fastapi.status") is None
    assert Knowledge.rule_of("database") == "FAR005"


def test_rows_of_a_project() -> None:
    own = Knowledge(
        {
            "blocking": [
                {"kind": "http", "names": ["billing.Client.*"], "except": ["url"], "remedy": "`billing.AsyncClient`"},
                {"kind": "none", "names": ["builtins.open"]},
            ],
            "bases": {"billing.Special": ["billing.Client"]},
            "aliases": {"billing.client.Client": "billing.Client"},
            "returns": {"billing.connect": "billing.Client", "billing.aconnect": "await billing.AsyncClient"},
            "offloads": {"jobs.in_thread": {"callable": 0, "where": "thread"}},
        }
    )
    assert own.blocking("billing.client.Client.pay") == Blocking("http", "`billing.AsyncClient`")
    assert own.blocking("billing.Special.pay") == Blocking("http", "`billing.AsyncClient`")
    assert own.blocking("billing.Client.url") is None
    assert own.blocking("builtins.open") is None
    assert own.returns("billing.connect") == "billing.Client"
    assert own.offload("jobs.in_thread") == Runs(0, "", "thread", False)
    assert own.blocking("time.sleep") is not None
    assert knowledge.blocking("builtins.open") is not None, "the shipped rows are shared and must not change"


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ({"blockin": []}, "knowledge: blockin: unknown table; did you mean 'blocking'?"),
        ({"blocking": {}}, "knowledge: blocking: must be an array of tables"),
        ({"queries": {"a.b.find": "many"}}, "must begin with one of one, all, write"),
        ({"queries": {"a.b.find": "lazy where:0"}}, "`sql:0`, `filter:0` or `most:0`, places of arguments"),
        ({"opens": {"a.b": "door"}}, "must be one of connection, pool, client"),
        ({"blocking": [{"kind": "htp"}]}, "knowledge: blocking[0].kind: 'htp' is no kind; did you mean 'http'?"),
        ({"blocking": [{"kind": "http", "names": ["a.b"]}]}, "knowledge: blocking[0].remedy: must say"),
        ({"blocking": [{"kind": "http", "names": ["a b"], "remedy": "x"}]}, "'a b' is no dotted name"),
        ({"blocking": [{"kind": "http", "names": ["a"], "remedy": "x", "for": 1}]}, "blocking[0].for: unknown key"),
        ({"blocking": [{"kind": "http", "names": ["a.b"], "remedy": "x", "except": ["c"]}]}, "no `Class.*`"),
        ({"blocking": [{"kind": "http", "names": ["a.b"], "remedy": "x", "unless": "c"}]}, "must be a list of tables"),
        (
            {"blocking": [{"kind": "http", "names": ["a.b"], "remedy": "x", "unless": [{"values": ["1"]}]}]},
            "`argument` is a keyword",
        ),
        ({"returns": {"a": 1}}, 'returns."a": must be a class'),
        ({"returns": {"a": {"b": "c.D"}}}, "a dotted name must stand in quotation marks"),
        ({"returns": {"a.b": "?"}}, "only of use after `await `"),
        ({"bases": {"a.B": "c.D"}}, 'bases."a.B": must be a list of texts'),
        ({"offloads": {"a.b": {"callable": 0, "where": "moon"}}}, "offloads.\"a.b\".where: 'moon' is none of"),
        ({"offloads": {"a.b": {"where": "thread"}}}, "needs `callable`"),
        ({"decorators": {"a.b": "magic"}}, "'magic' is none of"),
        ({"routes": {"a.b": {"kind": "route", "methods": ["FETCH"]}}}, "'FETCH' is none of"),
        ({"constants": {"a.B": []}}, "must be a number"),
        ({"aliases": {"a.b": "a.b"}}, "is an alias of itself"),
        ({"returns": {"requests.sessions.Session.x": "None"}}, "is an alias; write the row for requests.Session.x"),
    ],
)
def test_wrong_rows_are_named(rows: dict[str, Any], text: str) -> None:
    with pytest.raises(KnowledgeError) as error:
        Knowledge(rows)
    assert text in str(error.value)
    assert "\n" not in str(error.value)


def test_switches_of_certificates() -> None:
    (row,) = knowledge.unverified("httpx2.AsyncClient")
    assert row == ("verify", -1, ("False",))
    assert {row.argument for row in knowledge.unverified("aiohttp.ClientSession.get")} == {"ssl", "verify_ssl"}
    assert "..." in knowledge.unverified("smtplib.SMTP_SSL")[0].values
    assert knowledge.unverified("ssl.SSLContext.verify_mode")[0].argument == ""
    assert knowledge.unverified("httpx.Client.get") == ()
    assert {"verify", "verify_mode", "starttls"} <= knowledge.verifying


def test_calls_that_do_not_wait_when_told() -> None:
    knowledge = Knowledge()
    assert [each[0] for each in knowledge.blocking("queue.LifoQueue.get").unless] == ["block", "timeout"]
    assert ("_bg", -1, ("True",)) in knowledge.blocking("sh.ls").unless
    assert knowledge.blocking("time.sleep").unless == ()
    own = Knowledge({"blocking": [{"kind": "thread", "names": ["queue.Queue.get"], "remedy": "x"}]})
    assert own.blocking("queue.Queue.get").unless == ()


def test_a_project_adds_its_own_switches() -> None:
    own = Knowledge({"unverified": [{"names": ["shop.Bank"], "argument": "trust", "values": ["True"]}]})
    assert own.unverified("shop.Bank") == (("trust", -1, ("True",)),)
    assert own.unverified("httpx.Client") == knowledge.unverified("httpx.Client")
    assert knowledge.unverified("shop.Bank") == ()


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ({"names": ["a.b"], "values": []}, "must name at least one value"),
        ({"names": ["a.b"], "argument": 1, "values": ["False"]}, "`argument` is a keyword"),
        ({"names": ["a b"], "values": ["False"]}, "is no dotted name"),
    ],
)
def test_wrong_switches_are_named(rows: dict[str, Any], text: str) -> None:
    with pytest.raises(KnowledgeError, match=text):
        Knowledge({"unverified": [rows]})


def test_cycles_in_rows_of_a_project_end() -> None:
    own = Knowledge({"bases": {"a.A": ["a.B"], "a.B": ["a.A"]}, "aliases": {"b.X": "b.Y", "b.Y": "b.X"}})
    assert set(own.mro("a.A")) == {"a.A", "a.B"}
    own.canonical("b.X")
    assert own.blocking("a.A.get") is None


def test_two_shipped_rows_must_agree() -> None:
    tables = Tables()
    add(tables, {"returns": {"a.b": "c.D"}}, "one.toml")
    with pytest.raises(KnowledgeError, match=r'two.toml: returns."a.b": disagrees'):
        add(tables, {"returns": {"a.b": "c.E"}}, "two.toml")


def test_broken_toml_is_named() -> None:
    with pytest.raises(KnowledgeError, match=r"broken\.toml: "):
        parse("[returns\n", "broken.toml")


def test_alias_rows_are_refused() -> None:
    tables = Tables()
    add(tables, {"aliases": {"a.x.*": "a"}, "returns": {"b.f": "a.x.C"}}, "one.toml")
    with pytest.raises(KnowledgeError, match=r"a\.x\.C is an alias; write a\.C"):
        check_canonical(tables, "knowledge")


def test_braces() -> None:
    assert list(expand("{a,b}.c.{d,e}")) == ["a.c.d", "a.c.e", "b.c.d", "b.c.e"]
    assert list(expand("a.b")) == ["a.b"]


def test_looking_up_imports_nothing_slow() -> None:
    code = (
        "import sys; before = set(sys.modules);"
        "from flake8_fastapi_review.knowledge import Knowledge; Knowledge().blocking('time.sleep');"
        "print(*sorted(name for name in set(sys.modules) - before if not name.startswith('flake8_fastapi_review')))"
    )
    folder = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    slow = {"dataclasses", "inspect", "pathlib", "tomllib", "tomli", "difflib", "json", "ast"}
    assert not slow & set(done.stdout.split())

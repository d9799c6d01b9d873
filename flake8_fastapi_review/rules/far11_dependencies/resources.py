"""What a lifespan opens, and how each thing is closed."""

from __future__ import annotations

_CLOSE = {
    "await {}.aclose()": (
        "httpx.AsyncClient",
        "redis.asyncio.Redis",
        "redis.asyncio.Redis.from_url",
        "redis.asyncio.from_url",
        "redis.asyncio.client.Redis",
        "redis.asyncio.cluster.RedisCluster",
        "redis.asyncio.RedisCluster",
        "arq.create_pool",
        "arq.connections.create_pool",
    ),
    "{}.close()": (
        "httpx.Client",
        "requests.Session",
        "redis.Redis",
        "redis.Redis.from_url",
        "redis.from_url",
        "pymongo.MongoClient",
        "motor.motor_asyncio.AsyncIOMotorClient",
        "sqlite3.connect",
        "psycopg.connect",
        "psycopg2.connect",
        "psycopg_pool.ConnectionPool",
        "elasticsearch.Elasticsearch",
        "neo4j.GraphDatabase.driver",
    ),
    "await {}.close()": (
        "asyncpg.create_pool",
        "asyncpg.connect",
        "aiohttp.ClientSession",
        "aio_pika.connect_robust",
        "aio_pika.connect",
        "psycopg_pool.AsyncConnectionPool",
        "psycopg.AsyncConnection.connect",
        "aiosqlite.connect",
        "pymongo.AsyncMongoClient",
        "elasticsearch.AsyncElasticsearch",
        "opensearchpy.AsyncOpenSearch",
        "neo4j.AsyncGraphDatabase.driver",
        "nats.connect",
        "grpc.aio.insecure_channel",
        "grpc.aio.secure_channel",
    ),
    "await {}.dispose()": ("sqlalchemy.ext.asyncio.create_async_engine",),
    "{}.dispose()": ("sqlalchemy.create_engine",),
    "{}.shutdown()": ("concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor"),
    "{}.close()` and `await {}.wait_closed()": ("aiomysql.create_pool", "aiopg.create_pool"),
}
CLOSED_BY = {name: end for end, names in _CLOSE.items() for name in names}
"""What opens a resource → the call that closes it, the variable's name in place of {}."""

STARTED = (
    ("apscheduler.schedulers.base.BaseScheduler", "start", "{}.shutdown()"),
    ("apscheduler.schedulers.asyncio.AsyncIOScheduler", "start", "{}.shutdown()"),
    ("apscheduler.schedulers.background.BackgroundScheduler", "start", "{}.shutdown()"),
    ("databases.Database", "connect", "await {}.disconnect()"),
    ("databases.core.Database", "connect", "await {}.disconnect()"),
    ("broadcaster.Broadcast", "connect", "await {}.disconnect()"),
    ("aiokafka.AIOKafkaProducer", "start", "await {}.stop()"),
    ("aiokafka.AIOKafkaConsumer", "start", "await {}.stop()"),
    ("watchdog.observers.Observer", "start", "{}.stop()"),
)
"""Classes whose instances are opened by a method, and the call that closes them."""

TASKS = (
    "asyncio.create_task",
    "asyncio.ensure_future",
    "asyncio.AbstractEventLoop.create_task",
)

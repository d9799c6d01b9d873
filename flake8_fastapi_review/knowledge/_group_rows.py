"""Generated from the TOML files of this folder by compile.py; edit those."""

# fmt: off
# ruff: noqa: E501

GROUPS: dict[str, tuple[str, ...]] = {
    "answering-middleware": ("starlette.middleware.httpsredirect.HTTPSRedirectMiddleware", "starlette.middleware.authentication.AuthenticationMiddleware", "slowapi.middleware.SlowAPIMiddleware", "slowapi.middleware.SlowAPIASGIMiddleware", "starlette_csrf.CSRFMiddleware", "starlette_csrf.middleware.CSRFMiddleware", "asgi_csrf.asgi_csrf", "fastapi_guard.SecurityMiddleware"),
    "async-client": ("httpx.AsyncClient", "httpx2.AsyncClient", "aiohttp.ClientSession", "redis.asyncio.Redis", "redis.asyncio.from_url", "redis.asyncio.Redis.from_url"),
    "background-task": ("starlette.background.BackgroundTask", "starlette.background.BackgroundTasks.add_task", "fastapi.BackgroundTasks.add_task"),
    "cache-decorator": ("functools.lru_cache", "functools.cache", "cachetools.cached", "cachetools.func.lru_cache", "cachetools.func.ttl_cache"),
    "celery-result": ("celery.result.AsyncResult.get", "celery.result.AsyncResult.wait", "celery.result.GroupResult.get", "celery.result.GroupResult.join"),
    "celery-task": ("celery.Celery.task", "celery.shared_task"),
    "client": ("httpx.Client", "httpx.AsyncClient", "httpx2.Client", "httpx2.AsyncClient", "requests.Session", "aiohttp.ClientSession", "redis.Redis", "redis.from_url", "redis.Redis.from_url", "redis.asyncio.Redis", "redis.asyncio.from_url", "redis.asyncio.Redis.from_url", "boto3.client", "boto3.resource", "boto3.Session.client", "boto3.Session.resource", "urllib3.PoolManager", "urllib3.ProxyManager", "grpc.insecure_channel", "grpc.secure_channel", "grpc.aio.insecure_channel", "grpc.aio.secure_channel", "openai.OpenAI", "openai.AsyncOpenAI", "openai.AzureOpenAI", "openai.AsyncAzureOpenAI", "anthropic.Anthropic", "anthropic.AsyncAnthropic"),
    "console": ("argparse", "blessed", "click", "cloup", "colorama", "cyclopts", "cmd", "curses", "fire", "optparse", "prompt_toolkit", "questionary", "rich", "rich_argparse", "tabulate", "termcolor", "typer"),
    "data-model": ("pydantic.BaseModel", "sqlmodel.SQLModel", "sqlalchemy.orm.DeclarativeBase", "sqlalchemy.orm.MappedAsDataclass", "builtins.Exception"),
    "environment": ("os.getenv", "os.getenvb", "os.environ.get", "os.environb.get"),
    "event-wait": ("asyncio.Queue.get", "asyncio.Queue.join", "asyncio.Event.wait", "asyncio.Condition.wait", "asyncio.Barrier.wait"),
    "exclusive": ("sqlalchemy.ext.asyncio.AsyncSession", "sqlalchemy.ext.asyncio.AsyncConnection", "sqlmodel.ext.asyncio.session.AsyncSession", "asyncpg.Connection", "aiosqlite.Connection", "psycopg.AsyncConnection", "psycopg.AsyncCursor", "starlette.websockets.WebSocket"),
    "file-writer": ("os.makedirs", "os.mkdir", "os.remove", "os.unlink", "os.rename", "os.replace", "shutil.copy", "shutil.copyfile", "shutil.copytree", "shutil.move", "shutil.rmtree", "pathlib.Path.mkdir", "pathlib.Path.touch", "pathlib.Path.unlink", "pathlib.Path.write_bytes", "pathlib.Path.write_text"),
    "network-error": ("builtins.ConnectionError", "builtins.TimeoutError", "builtins.OSError", "requests.RequestException", "httpx.HTTPError", "httpx2.HTTPError", "aiohttp.ClientError", "redis.RedisError", "sqlalchemy.exc.OperationalError"),
    "ordinary-exception": ("starlette.websockets.WebSocketDisconnect", "asyncio.CancelledError", "concurrent.futures.CancelledError", "builtins.KeyboardInterrupt", "builtins.GeneratorExit", "builtins.StopIteration", "builtins.StopAsyncIteration"),
    "pause": ("time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep"),
    "platform-variable": ("PATH", "HOME", "USER", "USERPROFILE", "LOGNAME", "SHELL", "LANG", "LC_*", "TZ", "TERM", "TMPDIR", "TEMP", "TMP", "PWD", "HOSTNAME", "DISPLAY", "EDITOR", "CI", "DEBUG", "PORT", "PYTHON*", "PYTEST*", "VIRTUAL_ENV", "CONDA*", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "XDG_*", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "FTP_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy", "SSL_*", "REQUESTS_CA_BUNDLE", "CURL_*", "LD_*", "DYLD_*", "KUBERNETES_*", "POD_*", "NODE_*", "AWS_*", "GOOGLE_*", "GCP_*", "GCLOUD_*", "AZURE_*", "OTEL_*", "DD_*", "SENTRY_*", "PROMETHEUS_*", "CUDA_*", "NVIDIA_*", "HIP_*", "ROC_*", "ROCR_*", "OMP_*", "MKL_*", "TORCH_*", "HF_*", "TRANSFORMERS_*", "TOKENIZERS_*", "GITHUB_*", "GITLAB_*", "UVICORN_*", "GUNICORN_*", "OPENAI_*", "ANTHROPIC_*", "GROQ_*", "MISTRAL_*", "COHERE_*", "GEMINI_*", "OLLAMA_*", "LITELLM_*", "LANGCHAIN_*", "LANGSMITH_*", "WEB_CONCURRENCY", "GIT_*", "SSH_*", "DOCKER_*", "VERCEL*", "RAILWAY_*", "DYNO", "SPACE_ID", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "ProgramData", "SystemRoot", "COMSPEC", "RENDER", "RENDER_*", "WEBSITE_*", "FLY_*", "HEROKU_*", "CODESPACE*", "K_SERVICE", "K_REVISION", "FUNCTIONS_*", "FIREWORKS_*", "TOGETHER_*", "DEEPSEEK_*", "OPENROUTER_*", "XAI_*", "PERPLEXITY_*", "VOYAGE_*", "TAVILY_*", "WATSONX_*", "PINECONE_*", "QDRANT_*", "STRIPE_*", "TWILIO_*"),
    "redis": ("redis.Redis", "redis.RedisCluster", "redis.asyncio.Redis", "redis.asyncio.RedisCluster"),
    "response": ("requests.Response", "httpx.Response", "httpx2.Response", "aiohttp.ClientResponse"),
    "server-start": ("uvicorn.run", "uvicorn.Server", "uvicorn.Config", "hypercorn.asyncio.serve", "granian.Granian"),
    "session": ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession", "sqlmodel.Session", "sqlmodel.ext.asyncio.session.AsyncSession"),
    "settings": ("pydantic_settings.BaseSettings", "pydantic.v1.BaseSettings"),
    "stream": ("starlette.responses.StreamingResponse", "sse_starlette.EventSourceResponse", "sse_starlette.sse.EventSourceResponse"),
    "task-group": ("asyncio.TaskGroup", "anyio.create_task_group", "trio.open_nursery"),
    "task-start": ("asyncio.create_task", "asyncio.ensure_future", "asyncio.AbstractEventLoop.create_task", "threading.Thread", "threading.Timer", "multiprocessing.Process"),
    "thread-lock": ("threading.Lock", "threading.RLock", "threading.Condition", "threading.Semaphore", "threading.BoundedSemaphore", "multiprocessing.Lock", "multiprocessing.RLock"),
    "time-limit": ("asyncio.timeout", "asyncio.timeout_at", "async_timeout.timeout", "anyio.fail_after", "anyio.move_on_after"),
    "upload": ("fastapi.UploadFile", "starlette.datastructures.UploadFile"),
    "websocket": ("starlette.websockets.WebSocket",),
}

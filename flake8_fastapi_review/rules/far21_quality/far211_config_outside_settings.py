from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...rule import Rule, Severity, option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...file import File
    from ...rule import Violation

_PLACES = re.compile(
    r"(?i)(?:^|[/_])(?:settings?|config(?:uration)?s?|env(?:ironment)?s?|constants?|defaults?|conftest|cli|commands?|scripts?"
    r"|tools?|bin|evals?|eval_framework|benchmarks?|__main__|manage|setup|gunicorn|logging|telemetry|tracing|otel|instrumentation)(?:/|_|\.py$)"
)
"""Where configuration is read by design, or before there are settings."""
_FOREIGN = re.compile(
    r"^(?:PATH|HOME|USER(?:PROFILE)?|LOGNAME|SHELL|LANG|LC_\w+|TZ|TERM|TMPDIR|TEMP|TMP|PWD|HOSTNAME|DISPLAY|EDITOR|CI|DEBUG"
    r"|PORT|PYTHON\w*|PYTEST\w*|VIRTUAL_ENV|CONDA\w*|COLUMNS|NO_COLOR|FORCE_COLOR|XDG_\w+|(?:HTTPS?|NO|ALL|FTP)_PROXY"
    r"|(?:https?|no|all)_proxy|SSL_\w+|REQUESTS_CA_BUNDLE|CURL_\w+|LD_\w+|DYLD_\w+|KUBERNETES_\w+|POD_\w+|NODE_\w+|AWS_\w+"
    r"|GOOGLE_\w+|GCP_\w+|GCLOUD_\w+|AZURE_\w+|OTEL_\w+|DD_\w+|SENTRY_\w+|PROMETHEUS_\w+|CUDA_\w+|NVIDIA_\w+|HIP_\w+|ROCR?_\w+"
    r"|OMP_\w+|MKL_\w+|TORCH_\w+|HF_\w+|TRANSFORMERS_\w+|TOKENIZERS_\w+|GITHUB_\w+|GITLAB_\w+|UVICORN_\w+|GUNICORN_\w+"
    r"|OPENAI_\w+|ANTHROPIC_\w+|GROQ_\w+|MISTRAL_\w+|COHERE_\w+|GEMINI_\w+|OLLAMA_\w+|LITELLM_\w+|LANGCHAIN_\w+|LANGSMITH_\w+"
    r"|WEB_CONCURRENCY|GIT_\w+|SSH_\w+|DOCKER_\w+|VERCEL\w*|RAILWAY_\w+|DYNO|SPACE_ID)$"
)
"""Variables of the system, of tools and of platforms, which are no settings of the application."""


class ConfigOutsideSettings(Rule):
    """A setting is read from the environment past the project's settings class.

    Who deploys looks at the settings class, with its types, defaults and checks, and misses this one. It is read as
    text, a missing one is found when the line runs, and a test that overrides the settings does not reach it.

    Variables of the operating system and of platforms are left alone, and so are modules named for configuration.

    Bad:

        import os

        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            shop_name: str = "Bookshop"

        def page_size() -> int:
            return int(os.getenv("SHOP_PAGE_SIZE", "20"))

    Good:

        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            shop_name: str = "Bookshop"
            shop_page_size: int = 20

        settings = Settings()

        def page_size() -> int:
            return settings.shop_page_size
    """

    code = "FAR211"
    severity = Severity.SUGGESTION
    message = "`{variable}` is read past the settings class: make it a field of it"
    markers = (("environ", "getenv"),)

    allow: frozenset[str] = option(frozenset(), "Names of variables that may be read anywhere.")

    def check(self, file: File) -> Iterator[Violation]:
        if _PLACES.search(file.path) or not file.project_mentions("BaseSettings"):
            return
        for node in file.nodes(ast.Call, ast.Subscript):
            key = _key(file, node)
            if key is None or file.function(node) is None:
                continue
            name = file.value_of(key)
            if not isinstance(name, str) or name in self.allow or _FOREIGN.match(name) or _is_settings(file, node):
                continue
            yield self.at(node, variable=name)


def _key(file: File, node: ast.AST) -> ast.expr | None:
    """The name of the variable that is read here."""
    match node:
        case (
            ast.Call(func=ast.Name() as function, args=[key, *_])
            | ast.Call(func=ast.Attribute(attr="get" | "getenv" | "getenvb") as function, args=[key, *_])
        ):
            return key if file.is_named(function, *file.group("environment")) else None
        case ast.Subscript(value=value, slice=key, ctx=ast.Load()):
            return key if file.name_of(value) == "os.environ" else None
    return None


def _is_settings(file: File, node: ast.AST) -> bool:
    """Whether it stands in a settings class: a field's default, a source of its own."""
    owner = file.enclosing(node, ast.ClassDef)
    return owner is not None and bool(file.derives_from(owner, *file.group("settings")))

"""What single shops add by themselves: packages that are named in the environment, and plugins that are fetched."""

import importlib
import importlib.util
import io
import os
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import httpx


def load_named() -> list[ModuleType]:
    names = os.environ.get("BOOKSHOP_PLUGINS", "").split()  # FAR211: `BOOKSHOP_PLUGINS`
    return [importlib.import_module(f"bookshop_{name}") for name in names]  # FAR151: the ones after


def install(client: httpx.Client, address: str, folder: Path) -> None:
    response = client.get(address, timeout=20)
    response.raise_for_status()
    with zipfile.ZipFile(io.BytesIO(response.content)) as packed:
        packed.extractall(folder)


def load_file(path: Path) -> ModuleType:
    if path.stem in sys.modules:
        return sys.modules[path.stem]
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # FAR152: later imports get a module that is half made
    spec.loader.exec_module(module)  # FAR150: the file `path`
    return module

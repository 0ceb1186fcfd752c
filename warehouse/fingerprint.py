"""Fingerprints: has anything that a release is made of moved since the last one?

What belongs here: one hash over the code, one over the code and all facts that a build reads. What does not: the
hashes of the tables that come out (warehouse/hashes.py).
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

CODE_ROOT = Path(__file__).resolve().parents[1]
_CODE_FOLDERS = ("sources", "expectations", "warehouse", "orchestration", "dbt_project")
_CODE_FILES = ("pyproject.toml", "requirements.lock")
_CODE_SUFFIXES = (".py", ".yml", ".yaml", ".sql", ".csv", ".json")
_MADE_BY_TOOLS = ("target", "logs", "dbt_packages", "__pycache__")


def code_fingerprint(root: Path = CODE_ROOT) -> str:
    """SHA-256 over the names and contents of all code, models, contracts, seeds and pinned versions under `root`."""
    digest = hashlib.sha256()
    for name in sorted(_code_files(root)):
        digest.update(f"{name}\n".encode())
        digest.update(hashlib.sha256((root / name).read_bytes()).digest())
    return digest.hexdigest()


def _code_files(root: Path) -> Iterable[str]:
    """Their names under `root`; folders of tools are not even looked into."""
    yield from (name for name in _CODE_FILES if (root / name).is_file())
    for top in _CODE_FOLDERS:
        for folder, below, files in os.walk(root / top):
            below[:] = [name for name in below if _is_ours(name)]
            inside = Path(folder).relative_to(root).as_posix()
            yield from (f"{inside}/{name}" for name in files if name.endswith(_CODE_SUFFIXES) and _is_ours(name))


def _is_ours(name: str) -> bool:
    return not name.startswith(".") and name not in _MADE_BY_TOOLS


def input_fingerprint(code: str, facts: Iterable[str]) -> str:
    """SHA-256 over the code's fingerprint and the facts (one text each, in a total order) that a build starts from."""
    digest = hashlib.sha256(code.encode())
    for fact in facts:
        digest.update(b"\n" + fact.encode())
    return digest.hexdigest()

"""A stranger's machine: only python3.11, pip, make and git, no ensurepip, an empty environment, a folder with a space and an ä in its name."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
pytestmark = pytest.mark.slow

# What Debian does when python3.11-venv is not installed: the interpreter has no ensurepip.
HIDE_ENSUREPIP = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "ensurepip":
            raise ModuleNotFoundError("No module named 'ensurepip'", name="ensurepip")
sys.meta_path.insert(0, Hidden())
"""


def system_python() -> str | None:
    """The interpreter that this environment was made from; a pip belongs to it."""
    base = Path(sys.base_prefix) / "bin" / "python3.11"
    found = str(base) if base.exists() else shutil.which("python3.11")
    if found and subprocess.run([found, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        return found
    return None


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vieras") / "sote äiti kansio"
    subprocess.run(["git", "clone", "-q", str(REPOSITORY), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    hidden = tmp_path_factory.mktemp("hidden")
    (hidden / "sitecustomize.py").write_text(HIDE_ENSUREPIP, encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if k.startswith("PIP_") or k in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")}
    return kept | {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path_factory.mktemp("koti")), "PYTHONPATH": str(hidden)}


def make(folder: Path, environment: dict[str, str], *goals: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["make", f"PYTHON={system_python()}", *goals],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_nightly_works_the_first_time_and_a_second_run_installs_nothing(clone, environment):
    if system_python() is None:
        pytest.skip("the interpreter below this environment has no pip to install with")
    first = make(clone, environment, "nightly")
    assert first.returncode == 0, first.stdout[-3000:] + first.stderr[-3000:]
    assert "Set-up done." in first.stdout and "SYNTHETIC" in first.stdout
    assert (clone / "var" / "simulated" / "current" / "marts.duckdb").exists()
    again = make(clone, environment, "nightly")
    assert again.returncode == 0, again.stderr[-3000:]
    assert "Setting up" not in again.stdout
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    assert status.stdout == ""
    query = [
        str(clone / ".venv/bin/sotevarasto"),
        "sql",
        "--format",
        "csv",
        "select count(*) > 0 as has_rows from mart.minimum_dataset",
    ]
    asked = subprocess.run(query, cwd=clone, env=environment, capture_output=True, text=True, check=False)
    assert asked.stdout == "has_rows\nTrue\n", asked.stderr

"""Analysts' duckdb is often older than ours: the published files open in duckdb 1.5.5, in an environment of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_night import sotevarasto

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def older_python(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("duckdb-1.5.5")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    base = Path(sys.base_prefix) / "bin" / "python3.11"
    pip = [str(base if base.exists() else "python3.11"), "-m", "pip", "--python", str(folder / "bin" / "python")]
    done = subprocess.run([*pip, "install", "-qq", "duckdb==1.5.5"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"duckdb 1.5.5 could not be installed: {done.stderr.strip()[-200:]}")
    return folder / "bin" / "python"


def test_published_files_open_in_duckdb_1_5_5(older_python, tmp_path):
    home = tmp_path / "home"
    assert sotevarasto(home, "nightly").returncode == 0
    code = (
        "import duckdb, sys\n"
        "m = duckdb.connect(sys.argv[1] + '/marts.duckdb', read_only=True)\n"
        "w = duckdb.connect(sys.argv[1] + '/warehouse.duckdb', read_only=True)\n"
        "print(duckdb.__version__, m.sql('select count(*) from mart.minimum_dataset').fetchone()[0], w.sql('select count(*) from core.fct_care_contact').fetchone()[0])"
    )
    done = subprocess.run(
        [str(older_python), "-c", code, str(home / "current")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    version, marts, contacts = done.stdout.split()
    assert version == "1.5.5" and int(marts) > 1000 and int(contacts) > 50_000

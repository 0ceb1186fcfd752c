"""The sender's own desk is a wheel of its own: few modules, few dependencies, no network, and the receiver's report."""

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from county.build import build, closure
from sources.simulator.calendar import HELSINKI
from tests.batch import parcel
from tests.house.files import FRAMEWORKS, REPOSITORY

# Distributions whose name is not the name of what they are imported by, and those that come with one that is declared.
DISTRIBUTION = {
    "yaml": "pyyaml",
    "ibis": "ibis-framework",
    "open_data_contract_standard": "open-data-contract-standard",
}
WITH = {"pydantic": "open-data-contract-standard", "sqlglot": "ibis-framework"}


def requirements(path: Path) -> dict[str, str]:
    """Distribution → the requirement as written."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))["project"]["dependencies"]
    return {text.replace("[", "=").replace(">", "=").split("=")[0].strip(): text for text in found}


def test_it_packs_nothing_of_the_floors_above_and_no_simulator():
    modules, others = closure()
    assert len(modules) > 30
    assert {name.split(".")[0] for name in modules} == {"sources", "sotevarasto"}
    assert {name for name in modules if name.startswith("sotevarasto.")} == {
        "sotevarasto.county",
        "sotevarasto.commands",
        "sotevarasto.pseudonymise_command",
        "sotevarasto.pseudonymising",
    }
    assert not [name for name in modules if "simulator" in name or "national" in name or "intake" in name]
    assert not others & (FRAMEWORKS | {"requests", "polars", "pandas"})


def test_everything_imported_is_declared_and_pinned_as_the_receiver_pins_it():
    _, others = closure()
    declared, ours = requirements(REPOSITORY / "county/pyproject.toml"), requirements(REPOSITORY / "pyproject.toml")
    needed = {WITH.get(name) or DISTRIBUTION.get(name, name) for name in others}
    assert needed == set(declared)
    assert {name: text for name, text in declared.items() if ours[name] != text} == {}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build(tmp_path_factory.mktemp("dist"))


@pytest.mark.slow
def test_the_wheel_holds_the_modules_and_what_they_read(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    modules, _ = closure()
    assert {path.relative_to(REPOSITORY).as_posix() for path in modules.values()} <= names
    data = ("counties/07.yml", "datasets/costs.yml", "file_rules.yml", "manifest.schema.json", "report/page.html.j2")
    assert {f"sources/regional/{name}" for name in data} <= names
    assert "dbt_project/seeds/raw__municipality.csv" in names
    assert wheel.stat().st_size < 1_000_000


def needed_distributions() -> set[str]:
    """The declared dependencies and all that they need, as installed here."""
    from packaging.requirements import Requirement

    found: set[str] = set()
    todo = [Requirement(text) for text in requirements(REPOSITORY / "county/pyproject.toml").values()]
    while todo:
        requirement = todo.pop()
        key = f"{requirement.name.lower()}{sorted(requirement.extras)}"
        if key in found:
            continue
        found.add(key)
        for text in importlib.metadata.requires(requirement.name) or []:
            inner = Requirement(text)
            wanted = [{"extra": extra} for extra in requirement.extras or [""]]
            if inner.marker is None or any(inner.marker.evaluate(extra) for extra in wanted):
                todo.append(inner)
    return {key.partition("[")[0] for key in found}


@pytest.fixture(scope="module")
def county(wheel, tmp_path_factory):
    """A new environment with the wheel and its declared dependencies, these linked from here, and nothing else."""
    root = tmp_path_factory.mktemp("county") / "venv"
    python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    subprocess.run([python, "-m", "venv", "--without-pip", root], check=True)
    site = next(root.glob("lib/python3.*/site-packages"))
    for name in needed_distributions():
        for file in importlib.metadata.files(name) or []:
            top = file.parts[0]
            if top != ".." and not (site / top).exists() and top != "__pycache__":
                (site / top).symlink_to(
                    Path(str(file.locate())).parents[len(file.parts) - 2] if len(file.parts) > 1 else file.locate()
                )
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    return root / "bin" / "python"


def run(python: Path, *arguments: object, cwd: Path) -> subprocess.CompletedProcess:
    """`sotevarasto-county` in that environment, without a network."""
    start = "import sys; from sotevarasto.county import main; sys.argv[0] = 'sotevarasto-county'; main()"
    closed = ["unshare", "-rn"] if shutil.which("unshare") and os.geteuid() == 0 else []
    command = [*closed, python, "-I", "-c", start, *arguments]
    return subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, text=True, timeout=300, env={"PATH": "/usr/bin:/bin"}
    )


@pytest.mark.slow
def test_installed_alone_it_judges_a_delivery_and_writes_its_report(county, tmp_path):
    sent = parcel("07", 1, datetime(2026, 9, 10, 8, 15, tzinfo=HELSINKI))
    for file in sent.files:
        (tmp_path / file.name).write_bytes(file.data)
    names = [file.name for file in sent.files]
    (tmp_path / sent.manifest_name).write_bytes(sent.manifest_bytes())
    done = run(
        county,
        "check",
        *names,
        "--organiser",
        "07",
        "--manifest",
        sent.manifest_name,
        "--out",
        "told",
        "--language",
        "en",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    (told,) = (tmp_path / "told").glob("*.jsonl")
    document = json.loads(told.read_text(encoding="utf-8").partition("\n")[0])
    assert (document["status"], document["organiser_code"], document["period"]) == ("accepted", "07", "2026-08")
    assert document["rows"]["received"] == sum(f.rows for f in sent.files)
    where = subprocess.run(
        [county, "-I", "-c", "import sources, sotevarasto; print(sources.__file__, sotevarasto.__file__)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(REPOSITORY) not in where.stdout


@pytest.mark.slow
def test_installed_alone_it_rejects_with_exit_code_1_and_bad_use_is_2(county, tmp_path):
    (tmp_path / "a.csv").write_text("<html>", encoding="utf-8")
    done = run(county, "check", "a.csv", "--organiser", "07", "--dataset", "costs", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "HVA-FILE-0-004" in done.stdout
    done = run(county, "check", "a.csv", "--organiser", "07", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("sotevarasto-county: a.csv: its first line does not tell the dataset")

"""A release goes out whole or not at all, says what it is in three languages, and never to the public."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from sotevarasto.cli import main
from sources.home import Home
from sources.landing import file_sha256
from sources.ledger import Ledger
from tests.warehouse.figures import behind, delivered, figure, population, publish_figures, released_home, snapshot
from tests.warehouse.made import night
from warehouse.package import PackageError, export_package, release_of

pytestmark = pytest.mark.usefixtures("of_home")
WORDS = ("Sisäinen, ei tietosuojattu", "Intern, inte röjandekontrollerad", "Internal, not disclosure-controlled")
# What Data Package 2.0 asks of a descriptor, its resources and its fields, as far as this one uses it.
PATH = r"^((?=[^./~])(?!file:)((?!/\.\./)(?!\\)(?!://).)*|https?://.*)$"
FIELD_TYPES = ["string", "number", "integer", "boolean", "date", "datetime", "time", "array", "any"]
STANDARD = {
    "type": "object",
    "required": ["$schema", "name", "resources"],
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "name": {"type": "string", "pattern": "^[-a-z0-9._/]+$"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "version": {"type": "string"},
        "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "keywords": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "sources": {
            "type": "array",
            "items": {
                "type": "object",
                "minProperties": 1,
                "properties": {"title": {"type": "string"}, "path": {"type": "string", "pattern": PATH}},
            },
        },
        "resources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "path", "schema", "bytes", "hash", "rows"],
                "properties": {
                    "name": {"type": "string", "pattern": "^[-a-z0-9._/]+$"},
                    "path": {"type": "string", "pattern": PATH},
                    "type": {"const": "table"},
                    "mediatype": {"type": "string", "pattern": "^(.+)/(.+)$"},
                    "bytes": {"type": "integer"},
                    "hash": {"type": "string", "pattern": "^sha256:[a-f0-9]{64}$"},
                    "schema": {
                        "type": "object",
                        "required": ["fields"],
                        "properties": {
                            "fields": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "object",
                                    "required": ["name", "type"],
                                    "properties": {"name": {"type": "string"}, "type": {"enum": FIELD_TYPES}},
                                },
                            }
                        },
                    },
                },
            },
        },
    },
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    dictionary = {
        "kind": "table",
        "object_name": "mart.minimum_dataset",
        "column_name": "value",
        "position": 1,
        "unit": None,
    }
    tables = {
        "mart__minimum_dataset": [figure(9, region_name_fi="Päijät"), population()],
        "meta__lineage": [behind()],
        "meta__snapshot": [snapshot(), snapshot("n1", source_code="thl_need_factors", address="inbox/factors.xlsx")],
        "dq__delivery": [delivered()],
        "dq__quarantine": [{"receipt_id": "r1", "value_as_sent": "010190-1234"}],
        "meta__dictionary": [
            dictionary | {"data_type": "decimal", "label_fi": "Arvo", "label_sv": "Värde", "label_en": "Value"}
        ],
    }
    return released_home(tmp_path_factory.mktemp("released") / "home", {night(5): tables})


def exported(home: Home, target: Path) -> tuple[Path, dict]:
    folder = export_package(home, target, release_of(home, None))
    return folder, json.loads((folder / "datapackage.json").read_text("utf-8"))


def test_the_descriptor_keeps_to_the_standard_and_tells_the_files_as_they_are(home, tmp_path):
    folder, told = exported(home, tmp_path / "out")
    assert list(Draft202012Validator(STANDARD).iter_errors(told)) == []
    by_name = {resource["name"]: resource for resource in told["resources"]}
    assert {"mart.minimum_dataset", "dq.delivery", "meta.lineage"} <= set(by_name)
    for resource in told["resources"]:
        file = folder / resource["path"]
        assert (file.stat().st_size, f"sha256:{file_sha256(file)}") == (resource["bytes"], resource["hash"])
        relation = duckdb.read_parquet(str(file))
        assert (len(relation), relation.columns) == (
            resource["rows"],
            [field["name"] for field in resource["schema"]["fields"]],
        )
    fields = {field["name"]: field for field in by_name["mart.minimum_dataset"]["schema"]["fields"]}
    assert [fields[name]["type"] for name in ("value", "period_start", "known_from", "sex")] == [
        "number",
        "date",
        "datetime",
        "string",
    ]
    assert (fields["value"]["title"], fields["value"]["label_fi"], fields["value"]["label_sv"]) == (
        "Value",
        "Arvo",
        "Värde",
    )
    assert {(s["title"], s["licence"]) for s in told["sources"]} == {
        ("statfin_population", "CC BY 4.0"),
        ("thl_need_factors", "CC BY 4.0"),
    }


def test_rows_of_persons_never_go_out(home, tmp_path):
    folder, told = exported(home, tmp_path / "out")
    assert "dq.quarantine" not in {resource["name"] for resource in told["resources"]}
    assert b"010190-1234" not in b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_it_is_called_internal_in_its_name_its_files_its_descriptor_and_its_page(home, tmp_path):
    folder, told = exported(home, tmp_path / "out")
    assert "sisainen-ei-tietosuojattu-intern-inte-rojandekontrollerad-internal-not-disclosure-controlled" in folder.name
    assert all("internal-not-disclosure-controlled" in resource["path"] for resource in told["resources"])
    page = (folder / "README.md").read_text("utf-8")
    for words in WORDS:
        assert words in told["description"] and words in page and words in told["classification"].values()
    marked = duckdb.sql(
        f"select decode(value) from parquet_kv_metadata('{folder}/data/mart__minimum_dataset.*.parquet') where decode(key) like 'classification%'"
    ).fetchall()
    assert sorted(text for (text,) in marked) == sorted(WORDS)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_synthetic_data_is_called_so(home, tmp_path):
    folder, told = exported(home, tmp_path / "out")
    assert folder.name.endswith("-synthetic") and told["is_synthetic"] and "SYNTHETIC" in told["title"]
    page = (folder / "README.md").read_text("utf-8")
    assert all(word in page for word in ("SYNTEETTINEN", "SYNTETISK", "SYNTHETIC"))


def test_two_exports_of_a_release_hold_the_same(home, tmp_path):
    (_, one), (_, other) = exported(home, tmp_path / "a"), exported(home, tmp_path / "b")
    assert one == other


def test_for_the_public_it_is_refused_in_one_line(home, tmp_path):
    done = CliRunner().invoke(main, ["release", "export", str(tmp_path / "out"), "--public"])
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "--public: refused, since figures of small groups are not protected" in done.output
    assert not (tmp_path / "out").exists()


def test_the_command_lists_and_exports(home, tmp_path):
    listed = CliRunner().invoke(main, ["release", "list"]).output
    assert listed.startswith("* 20261105T0000Z-") and "simulated" in listed
    done = CliRunner().invoke(main, ["release", "export", str(tmp_path / "out"), "--release", "20261105"])
    assert done.exit_code == 0, done.output
    assert "internal, not disclosure-controlled" in done.output
    unknown = CliRunner().invoke(main, ["release", "export", str(tmp_path / "out"), "--release", "20261104"])
    assert (unknown.exit_code, unknown.output.count("\n")) == (2, 1)
    assert "is no release that stands; there is 20261105T0000Z-" in unknown.output


def test_what_is_there_already_stays_and_the_home_takes_none(home, tmp_path):
    exported(home, tmp_path / "out")
    with pytest.raises(PackageError, match="is there already: remove it, or name another folder"):
        exported(home, tmp_path / "out")
    with pytest.raises(PackageError, match="lies in the home"):
        exported(home, home.root / "out")


@pytest.mark.parametrize("point", ["package.table_written:2", "package.sealed"])
def test_killed_midway_it_leaves_nothing_that_looks_finished_and_the_next_one_cleans_up(home, tmp_path, point):
    target = tmp_path / "out"
    environment = os.environ | {"SOTEVARASTO_KILL_AT": point, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-m", "sotevarasto", "release", "export", str(target)], env=environment, check=False
    )
    assert done.returncode == -9
    (left,) = target.iterdir()
    assert left.name.startswith(".tmp-")
    folder, _ = exported(home, target)
    assert list(target.iterdir()) == [folder]


def test_a_live_release_without_synthetic_rows_is_not_called_synthetic(tmp_path):
    home = Home.open(tmp_path / "live", "live")
    with Ledger(home.ledger) as ledger:
        publish_figures(home, ledger, night(5), mart__minimum_dataset=[population()])
    folder, told = exported(home, tmp_path / "out")
    assert not folder.name.endswith("-synthetic") and not told["is_synthetic"]
    assert "SYNTHETIC" not in (folder / "README.md").read_text("utf-8")

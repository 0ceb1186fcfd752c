"""A kept parse of the dbt project serves every home until the project or dbt is another."""

import os
import shutil
import time

import pytest

from orchestration import parsed as room
from orchestration.parsed import keep, parsed
from orchestration.paths import DBT_PROJECT, PARSED

MODEL = "models/mart/mart__minimum_dataset.sql"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of the project of an hour ago, and the parse that was kept of it half an hour later."""
    project = tmp_path / "dbt_project"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    long_ago = time.time() - 3600
    for path in [project, *project.rglob("*")]:
        os.utime(path, (long_ago, long_ago))
    (project / "target").mkdir()
    kept = shutil.copyfile(PARSED, project / "target" / PARSED.name)
    os.utime(kept, (long_ago + 1800, long_ago + 1800))
    monkeypatch.setattr(room, "DBT_PROJECT", project)
    monkeypatch.setattr(room, "PARSED", kept)
    return project


def test_the_sources_of_a_kept_parse_lie_in_the_build_folder_of_this_run(project, tmp_path):
    manifest = parsed(tmp_path / "it's {ä}")
    assert {source.config.meta["build"] for source in manifest.sources.values()} == {f"{tmp_path}/it''s {{ä}}"}
    assert "model.sotevarasto.mart__minimum_dataset" in manifest.flat_graph["nodes"]


@pytest.mark.parametrize(
    "change",
    [
        lambda project: (project / MODEL).touch(),
        lambda project: (project / MODEL).unlink(),
        lambda project: (project / "seeds" / "raw__new.csv").write_text("a\n1\n"),
        lambda project: (project / "dbt_project.yml").touch(),
        lambda project: (project / "target" / PARSED.name).unlink(),
    ],
    ids=["a model changed", "a model gone", "a seed added", "the project's settings", "no parse"],
)
def test_a_project_that_changed_since_is_parsed_by_dbt_itself(project, tmp_path, change):
    change(project)
    assert parsed(tmp_path) is None


def test_what_dbt_writes_while_it_works_is_no_change(project, tmp_path):
    (project / "target" / "run_results.json").write_text("{}")
    (project / "logs").mkdir()
    assert parsed(tmp_path) is not None


def test_a_file_that_changed_while_the_project_was_parsed_is_newer_than_the_parse(project, tmp_path):
    manifest = parsed(tmp_path)
    begun = time.time_ns()
    time.sleep(0.05)
    (project / MODEL).touch()
    keep(manifest, begun)
    assert parsed(tmp_path) is None


def test_a_parse_of_another_dbt_is_not_taken(project, tmp_path):
    manifest = parsed(tmp_path)
    manifest.metadata.dbt_version = "1.11.0"
    keep(manifest, time.time_ns())
    assert parsed(tmp_path) is None

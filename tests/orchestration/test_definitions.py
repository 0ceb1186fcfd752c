"""The definitions load light and hold the graph that people and the schedule rely on."""

import subprocess
import sys

import dagster as dg
import pytest


@pytest.fixture(scope="module")
def defs():
    from orchestration.definitions import defs

    return defs


def test_definitions_load_without_the_heavy_libraries():
    code = (
        "import sys, orchestration.definitions\n"
        "print(sorted({'great_expectations', 'pandera', 'pandas', 'polars', 'ibis', 'duckdb', 'dbt.cli.main'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_asset_tells_owner_group_kind_and_description(defs):
    for spec in defs.resolve_all_asset_specs():
        if "dagster/asset_execution_type" in spec.metadata or spec.key.to_user_string() == "":
            continue
        assert spec.description, spec.key
        assert spec.owners, spec.key
        assert spec.group_name, spec.key
        assert spec.kinds, spec.key


def test_asset_names_are_schema_and_table(defs):
    schemas = {"raw", "stg", "int", "core", "mart", "dq", "meta"}
    for spec in defs.resolve_all_asset_specs():
        name = spec.key.to_user_string()
        assert name == "release" or (name.split("__")[0] in schemas and len(name.split("__")) == 2), name


def test_every_source_that_is_asked_has_one_asset():
    from orchestration.assets.national import _SOURCES
    from sources.national.hosted import HOSTED

    assert [source.source_code for source in _SOURCES if source.host is not None] == list(HOSTED)


def test_release_waits_for_every_published_model_and_blocking_checks_guard_the_mart(defs):
    graph = defs.resolve_asset_graph()
    release = graph.get(dg.AssetKey("release"))
    assert dg.AssetKey("mart__minimum_dataset") in release.parent_keys
    assert dg.AssetKey("dq__delivery") in release.parent_keys
    published = {
        s.key
        for s in defs.resolve_all_asset_specs()
        if s.key.to_user_string().split("__")[0] in ("core", "mart", "dq", "meta")
    }
    assert published <= release.parent_keys
    blocking = {
        key.name
        for key in graph.asset_check_keys
        if graph.get_check_spec(key).blocking and key.asset_key == dg.AssetKey("mart__minimum_dataset")
    }
    assert any(name.startswith("HVA_GX_MD") for name in blocking)
    assert any(not name.startswith("HVA_GX_MD") for name in blocking), "dbt tests on the mart block too"


def test_the_nightly_job_covers_every_asset_and_every_check(defs):
    job = defs.resolve_job_def("nightly")
    graph = defs.resolve_asset_graph()
    keys = set(graph.executable_asset_keys)
    assert keys <= set(job.asset_layer.executable_asset_keys)
    assert set(graph.asset_check_keys) <= set(job.asset_layer.asset_graph.asset_check_keys)


def test_the_schedule_runs_at_two_in_helsinki(defs):
    schedule = defs.resolve_schedule_def("every_night")
    assert schedule.cron_schedule == "0 2 * * *"
    assert schedule.execution_timezone == "Europe/Helsinki"


def test_every_source_has_a_freshness_policy_over_the_hours_that_the_watch_asks_about(defs):
    from orchestration.watch import DEADLINE, EVENING

    graph = defs.resolve_asset_graph()
    with_policy = {
        k: graph.get(k).freshness_policy for k in graph.executable_asset_keys if graph.get(k).freshness_policy
    }
    sources = {k for k in graph.executable_asset_keys if graph.get(k).group_name in ("national", "regional")}
    assert set(with_policy) == sources and len(sources) >= 4
    for policy in with_policy.values():
        assert (policy.deadline_cron, policy.timezone) == (f"0 {DEADLINE.hour} * * *", "Europe/Helsinki")
        assert policy.lower_bound_delta.total_seconds() == (24 - EVENING.hour + DEADLINE.hour) * 3600


def test_every_national_source_is_asked_whether_it_is_usable_and_fresh(defs):
    graph = defs.resolve_asset_graph()
    for key in (k for k in graph.executable_asset_keys if graph.get(k).group_name == "national"):
        names = {check.name for check in graph.asset_check_keys if check.asset_key == key}
        assert {"is_usable", "is_fresh"} <= names, key

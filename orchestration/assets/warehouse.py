"""The warehouse: the registry of what is known, the dbt models over it, and the release.

Belongs here: the three steps from ingested Parquet to a published release, as Dagster sees them. Does not belong here: SQL (dbt_project), how dbt is
run (orchestration/dbt_runner.py), how a release is built and swapped (warehouse/).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from orchestration import dbt_runner, docs_page, metadata, previews
from orchestration.checks import dbt_tests
from orchestration.night import GateFailed, Night
from orchestration.paths import MANIFEST
from orchestration.resources import NightResource
from sources.durable import empty_folder
from warehouse.assets import SOURCE_ASSETS
from warehouse.sql import MEND_DISK, disk_fault

REGISTRY = "raw__registry"
# Fill a table that another asset fills too.
_BESIDE = frozenset({"raw__codelist"})


@dg.asset(
    name=REGISTRY,
    group_name="warehouse",
    owners=["team:data-engineering"],
    kinds={"parquet", "sqlite"},
    deps=sorted(_BESIDE | set(SOURCE_ASSETS.values())),
    output_required=False,
    description="The ledger as tables (deliveries, quarantine, snapshots) with hard links to every slice, in an emptied build folder. "
    "Nothing is materialised, and nothing downstream runs, when no input and no code moved since the current release.",
)
def raw__registry(context: dg.AssetExecutionContext, night: NightResource) -> Iterator[dg.Output]:
    from sources.national.corrections import read_corrections, record_corrections
    from warehouse.publish import current_release
    from warehouse.registry import stage_registry

    n = night.night
    if moved := record_corrections(n.ledger, read_corrections(), n.at):
        n.say(f"  {moved} corrections of national figures are new, changed or taken out (dq.correction)")
    with n.stage("registry of deliveries and snapshots"):
        staged = stage_registry(n.home, n.ledger, n.at)
    n.staged = staged
    current = current_release(n.home)
    if current is not None and current.input_fingerprint == staged.fingerprint:
        # The rows staged for nothing would lie about until the next night.
        empty_folder(n.home.build)
        n.release, n.outcome = current.as_dict(), "unchanged"
        n.say(f"  nothing moved since release {current.release_id}; it stays current")
        return
    yield dg.Output(None, metadata={"fingerprint": staged.fingerprint, **staged.counts})


class Translator(DagsterDbtTranslator):
    """Asset keys are the model's file name, groups are the schema; sources map to our ingest assets."""

    def __init__(self) -> None:
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey(SOURCE_ASSETS.get(dbt_resource_props["name"], REGISTRY))
        return dg.AssetKey(dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return dbt_resource_props.get("schema") or "warehouse"

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        owner = (dbt_resource_props.get("config", {}).get("meta") or dbt_resource_props.get("meta") or {}).get(
            "owner", "data-engineering"
        )
        return [f"team:{owner}"]


def require_manifest() -> None:
    """One clear line instead of a stack of dbt's, when the definitions are loaded before `make manifest`."""
    if not MANIFEST.exists():
        raise dg.DagsterInvalidDefinitionError(f"{MANIFEST} is missing; run `make manifest` (dbt parse) first")


require_manifest()


@dbt_assets(
    manifest=dbt_runner.manifest(),
    dagster_dbt_translator=Translator(),
    name="dbt_build",
    exclude="resource_type:unit_test",
)
def dbt_build(context: dg.AssetExecutionContext, night: NightResource):
    n = night.night
    if not (n.home.build / "registry").is_dir():
        raise dg.Failure(
            "the build folder holds no registry; materialise raw__registry first, or run the nightly job",
            allow_retries=False,
        )
    select = _selection(context)
    with n.stage("dbt build"):
        outcome = dbt_runner.run(n.home, select, lambda node: _say_node(n, node))
    if outcome.error:
        raise dg.Failure(f"dbt could not run: {outcome.error}", allow_retries=False)
    # A disk that refuses a write says nothing about the figures: no node's verdict counts then.
    if fault := next((f for node in outcome.failed if (f := disk_fault(node.message))), None):
        raise dg.Failure(f"dbt could not run: {fault}; {MEND_DISK}", allow_retries=False)
    yield from _events(context, n, outcome)
    if outcome.failed:
        first = outcome.failed[0]
        raise GateFailed(
            f"dbt: {len(outcome.failed)} of {len(outcome.nodes)} nodes failed, first {first.name}: {first.message}"
        )


def _selection(context: dg.AssetExecutionContext) -> list[str]:
    if not context.is_subset:
        return []
    chosen = {k.to_user_string() for k in context.selected_asset_keys} | {
        k.name for k in context.selected_asset_check_keys
    }
    return [
        "fqn:" + ".".join(node["fqn"])
        for node in dbt_runner.manifest_nodes().values()
        if node["name"] in chosen and "fqn" in node
    ]


def _say_node(n: Night, node: dbt_runner.NodeOutcome) -> None:
    if node.is_failed:
        n.say(f"  FAILED {node.name}: {node.message}")


def _events(
    context: dg.AssetExecutionContext, n: Night, outcome: dbt_runner.BuildOutcome
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    manifest = dbt_runner.manifest_nodes()
    checks = {k.name: k for k in context.selected_asset_check_keys}
    places = {p["name"]: (p["schema"], p["alias"]) for p in manifest.values() if "alias" in p}
    shapes = _shapes(n, {places[k.asset_key.to_user_string()] for k in checks.values()})
    for node in outcome.nodes:
        if node.resource_type in ("model", "seed") and node.status in dbt_runner.BUILT:
            props = manifest[node.unique_id]
            rows, columns = shapes.get((props["schema"], props["alias"]), (None, []))
            described = {k.lower(): v.get("description") for k, v in props["columns"].items()}
            schema = dg.TableSchema([dg.TableColumn(c, t, description=described.get(c.lower())) for c, t in columns])
            told = {"seconds": node.seconds, "dagster/column_schema": schema}
            told |= {} if rows is None else {"dagster/row_count": rows}
            told |= _preview(n) if node.name == previews.MART else {}
            yield dg.MaterializeResult(asset_key=dg.AssetKey(node.name), metadata=told)
        elif node.resource_type == "test" and node.name in checks and node.status != "skipped":
            key = checks[node.name]
            rows, _ = shapes.get(places[key.asset_key.to_user_string()], (None, []))
            yield dbt_tests.result(n, node, key, rows)


def _preview(n: Night) -> dict[str, Any]:
    import duckdb

    with duckdb.connect(str(n.home.build / "work.duckdb"), read_only=True) as connection:
        return previews.of_mart(n, connection)


def _shapes(n: Night, tested: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[int | None, list[tuple[str, str]]]]:
    """Rows and columns of each relation, in two queries. Rows of a view would have to be computed: only of `tested` ones, else None."""
    import duckdb

    with duckdb.connect(str(n.home.build / "work.duckdb"), read_only=True) as connection:
        columns: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for schema, table, name, kind in connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal order by schema_name, table_name, column_index"
        ).fetchall():
            columns.setdefault((schema, table), []).append((name, kind))
        tables = connection.execute("select schema_name, table_name from duckdb_tables() where not internal").fetchall()
        rows = {}
        if counted_too := sorted({*tables, *(tested & columns.keys())}):
            counted = " union all ".join(f"select '{s}', '{t}', count(*) from \"{s}\".\"{t}\"" for s, t in counted_too)
            rows = {(s, t): count for s, t, count in connection.execute(counted).fetchall()}
    return {key: (rows.get(key), shape) for key, shape in columns.items()}


def _published_models() -> list[dg.AssetKey]:
    return [
        dg.AssetKey(node["name"])
        for node in dbt_runner.manifest_nodes().values()
        if node["resource_type"] == "model" and node["schema"] in ("core", "mart", "dq", "meta")
    ]


@dg.asset(
    name="release",
    group_name="warehouse",
    owners=["team:data-engineering"],
    kinds={"duckdb"},
    deps=_published_models(),
    description="The published release: built aside, verified, then swapped in at once. The last three stay. Readers see the old one or the new one.",
)
def release(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult:
    from expectations.pages import write_index
    from orchestration.checks.results import keep_results
    from warehouse.checks import complete_build
    from warehouse.publish import publish

    n = night.night
    if n.failed_blocking:
        raise GateFailed(
            f"{len(n.failed_blocking)} blocking checks did not pass, first {n.failed_blocking[0].id}; the last good release stays"
        )
    with n.stage("dbt documentation"):
        undocumented = docs_page.make(n.home)
    with n.stage("verify and publish"):
        keep_results(n)
        complete_build(n.home, n.ledger, n.at)
        published = publish(n.home, n.ledger, n.at, n.staged)
    n.release, n.outcome = published.as_dict(), "published"
    n.say(f"  release {published.release_id} is current")
    if undocumented is None:
        docs_page.put(n.home)
    write_index(n.home.reports)
    tables = "\n".join(
        ["| table | rows |", "|---|---|", *(f"| {t['name']} | {t['rows']:,} |" for t in published.tables)]
    )
    return dg.MaterializeResult(
        metadata={
            "release": published.release_id,
            "path": dg.MetadataValue.path(str(n.home.releases / published.release_id)),
            "tables": dg.MetadataValue.md(tables),
            "tables and columns (make dev)": undocumented or metadata.page(docs_page.PAGE),
            "checks of every night (make dev)": metadata.page("index.html"),
        }
    )

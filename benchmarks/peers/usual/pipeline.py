"""The usual way: a Dagster asset a sender with pandas and pandera, Great Expectations on a pandas frame, dbt as a subprocess; steps in processes of their own.

Runs in an environment of its own and knows nothing of the project but plan.json: `python pipeline.py <folder with plan.json>` runs `dagster job execute` on this very
file. Vectorised pandas throughout; pandera lazily, as its pages advise for many errors; `DbtCliResource` as dagster-dbt's pages do.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

WORK = Path(os.environ.get("BENCH_WORK") or sys.argv[1])
PLAN = json.loads((WORK / "plan.json").read_text(encoding="utf-8"))
COLUMNS = PLAN["columns"]
NAMES = [c["name"] for c in COLUMNS]
PROJECT = WORK / "models"
SENT = "sent_"


def run() -> None:
    """Prepare dbt's manifest, run the job, print what the models count."""
    home = WORK / "dagster_home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    environment = os.environ | {
        "BENCH_WORK": str(WORK),
        "DAGSTER_HOME": str(home),
        "BENCH_DATABASE": str(WORK / "bench.duckdb"),
        "BENCH_CONTACTS": f"read_parquet('{WORK}/accepted/*.parquet')",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--quiet"]
    subprocess.run(["dbt", "parse", *places], check=True, env=environment)
    subprocess.run(["dagster", "job", "execute", "-f", __file__, "-j", "night"], check=True, env=environment, cwd=WORK)
    import duckdb

    with duckdb.connect(str(WORK / "bench.duckdb"), read_only=True) as con:
        counted = {name: con.execute(f"select sum(n) from {name}").fetchone()[0] for name in ("by_service", "by_wait")}
    print(json.dumps({name: int(n) for name, n in counted.items()}))


def schema():
    """The contract's rules about one row as a pandera schema over typed columns and, for what is required or must be of a type, their text."""
    import pandera.pandas as pa

    columns = {}
    for c in COLUMNS:
        checks = []
        if c["codes"]:
            checks.append(pa.Check.isin(c["codes"]))
        if c["pattern"]:
            checks.append(pa.Check.str_matches(f"^(?:{c['pattern']})$"))
        if c["minimum"] is not None:
            checks.append(pa.Check.ge(c["minimum"]))
        if c["maximum"] is not None:
            checks.append(pa.Check.le(c["maximum"]))
        columns[c["name"]] = pa.Column(None, checks, nullable=True)
        columns[SENT + c["name"]] = pa.Column(None, nullable=not c["required"])
    return pa.DataFrameSchema(columns, checks=[pa.Check(_passes(r), name=r["id"]) for r in PLAN["rules"] if _passes(r)])


def _passes(rule):
    """A vectorised check of the whole frame for a rule that compares columns; None for the others."""
    name, other = rule["column"], rule["arguments"].get("other")

    def in_period(d):
        moment = d["visited_at"].fillna(d["contacted_at"])
        return moment.isna() | (moment.dt.strftime("%Y-%m") == d["period"])

    def age_agrees(d):
        apart = d["need_assessed_at"].dt.year - d["birth_year"] - d[name]
        return apart.isna() | apart.between(0, 1)

    def not_before(d):
        same_hour = d[name].dt.floor("h") == d[other].dt.floor("h")
        return d[name].isna() | d[other].isna() | (d[name] >= d[other]) | (same_hour & _in_hour_of_change(d[name], 10))

    def in_force(d):
        return d[name].map(rule["arguments"]["ended"]).fillna("9999-99") > d["period"]

    return {
        "type": lambda d: d[name].notna() | d[SENT + name].isna(),
        "not_before": not_before,
        "on_clock": lambda d: ~_in_hour_of_change(d[name], 3),
        "no_identity_code": lambda d: ~d[name].str.contains(rule["arguments"]["form"], regex=True, na=False),
        "in_force": in_force,
        "not_before_year": lambda d: d[name].isna() | d[other].isna() | (d[name].dt.year >= d[other]),
        "required_with": lambda d: d[other].isna() | d[SENT + name].notna(),
        "age_agrees": age_agrees,
        "in_period": in_period,
    }.get(rule["check"])


def _in_hour_of_change(moment, month: int):
    """Whether it is the hour that clocks in Finland skip in March and show twice in October; false where there is no moment."""
    t = moment.dt
    return (t.month == month) & (t.day >= 25) & (t.dayofweek == 6) & (t.hour == 3)


def read(code: str, organiser: dict):
    """One sender's files as text, and typed beside it."""
    import pandas as pd

    frames = [
        pd.read_csv(
            f["path"],
            sep=organiser["delimiter"],
            encoding=organiser["encoding"].replace("utf-8", "utf-8-sig").replace("utf-16-sig", "utf-16"),
            dtype=str,
            header=0,
            names=organiser["columns"],
            keep_default_na=False,
            na_values=organiser["null_values"],
            on_bad_lines="skip",
        ).assign(period=f["period"])
        for f in organiser["files"]
    ]
    frame = pd.concat(frames, ignore_index=True)
    for c in COLUMNS:
        sent = frame[SENT + c["name"]] = frame[c["name"]]
        if c["name"] in organiser["codes"]:
            frame[c["name"]] = (
                sent.map(organiser["codes"][c["name"]]).where(sent.notna()).fillna("").where(sent.notna())
            )
        elif c["type"] == "timestamp":
            form = organiser["timestamp_format"].replace("%-", "%")
            frame[c["name"]] = pd.to_datetime(sent, format=form, errors="coerce")
        elif c["type"] in ("integer", "decimal"):
            frame[c["name"]] = pd.to_numeric(sent.str.replace(organiser["decimal"], ".", regex=False), errors="coerce")
    return frame.assign(organiser_code=code)


def judge(frame):
    """The rows that pass every rule; of alike rows with one key the first, of differing none."""
    from pandera.errors import SchemaErrors

    try:
        schema().validate(frame, lazy=True)
        good = frame
    except SchemaErrors as errors:
        faulty = errors.failure_cases["index"].dropna().astype(int).unique()
        errors.failure_cases.astype(str).to_parquet(WORK / "quarantine" / f"{frame['organiser_code'].iloc[0]}.parquet")
        good = frame.drop(index=faulty)
    key = ["organiser_code", "period", *(c["name"] for c in COLUMNS if c["is_key"])]
    good = good[["organiser_code", "period", *NAMES]].drop_duplicates()
    return good[~good.duplicated(key, keep=False)]


def expectations(frame) -> bool:
    """A suite on the accepted rows of all senders."""
    import great_expectations as gx
    from great_expectations import expectations as gxe

    context = gx.get_context(mode="ephemeral")
    batch = (
        context.data_sources.add_pandas("bench")
        .add_dataframe_asset("contacts")
        .add_batch_definition_whole_dataframe("all")
    )
    suite = context.suites.add(gx.ExpectationSuite(name="contacts"))
    for c in COLUMNS:
        if c["required"]:
            suite.add_expectation(gxe.ExpectColumnValuesToNotBeNull(column=c["name"]))
        if c["codes"] and len(c["codes"]) < 20:
            suite.add_expectation(gxe.ExpectColumnDistinctValuesToBeInSet(column=c["name"], value_set=c["codes"]))
    suite.add_expectation(gxe.ExpectTableRowCountToBeBetween(min_value=1))
    validation = context.validation_definitions.add(gx.ValidationDefinition(name="contacts", data=batch, suite=suite))
    return validation.run(batch_parameters={"dataframe": frame}, result_format="BOOLEAN_ONLY").success


def definitions():
    """Assets and job, built when Dagster loads this file."""
    import dagster as dg
    from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets

    def sender(code: str, organiser: dict):
        @dg.asset(name=f"contacts_{code.lower()}")
        def contacts() -> None:
            judge(read(code, organiser)).to_parquet(WORK / "accepted" / f"{code}.parquet", index=False)

        return contacts

    senders = [sender(code, organiser) for code, organiser in PLAN["organisers"].items()]

    @dg.asset(deps=senders)
    def checked_contacts() -> None:
        import pandas as pd

        if not expectations(pd.read_parquet(WORK / "accepted")):
            raise dg.Failure("the suite failed")

    class AfterChecks(DagsterDbtTranslator):
        def get_asset_key(self, properties):
            is_source = properties["resource_type"] == "source"
            return dg.AssetKey("checked_contacts") if is_source else super().get_asset_key(properties)

    @dbt_assets(manifest=PROJECT / "target" / "manifest.json", dagster_dbt_translator=AfterChecks())
    def models(context: dg.AssetExecutionContext, dbt: DbtCliResource):
        yield from dbt.cli(["build"], context=context).stream()

    resources = {"dbt": DbtCliResource(project_dir=str(PROJECT), profiles_dir=str(PROJECT))}
    night = dg.define_asset_job(
        "night", executor_def=dg.multiprocess_executor.configured({"max_concurrent": os.cpu_count()})
    )
    return dg.Definitions(assets=[*senders, checked_contacts, models], jobs=[night], resources=resources)


if __name__ == "__main__":
    (WORK / "accepted").mkdir()
    (WORK / "quarantine").mkdir()
    run()
else:
    defs = definitions()

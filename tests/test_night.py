"""Whole nights through the command line, as the scheduler runs them: a real simulator, a real Dagster run, a real release.

The home lies in a folder with a space and an ä in its name. Three nights run once for the whole module: day 0, day 0 again, day +1, before which one more
sender delivers its month, with personal identity codes among its rows.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
import yaml

from sources.home import Home
from sources.regional.catalogue import dataset_contract
from sources.simulator.calendar import HELSINKI, plan
from sources.simulator.parcel import make_parcel
from sources.simulator.randomness import SEED
from sources.simulator.themes import THEMES
from tests import canaries
from tests.batch import Batch
from tests.commands import REPOSITORY, ask, can_isolate, isolated, sotevarasto, summary
from tests.pages import blocks, statements
from tests.spoiled import Spoiled, Text
from warehouse.export import PUBLISHED_SCHEMAS
from warehouse.read import open_release

pytestmark = pytest.mark.slow

CANARY_SENDER = "09"


def deliver_canaries(home: Path) -> int:
    """A good month of a sender that has not delivered it yet, with a code in each of its columns, one a row; returns how many rows that spoils."""
    made = datetime(2026, 11, 2, 15, 0, tzinfo=HELSINKI)
    text = Text(make_parcel(CANARY_SENDER, "2026-10", 1, made, SEED, has_row_faults=False))
    columns = dataset_contract("care_contacts").column_names
    for place, (number, column) in enumerate(zip(text.clean(len(columns)), columns, strict=True)):
        text.put(number, column, canaries.CODES[place % len(canaries.CODES)])
    Batch(home).put(Spoiled(text.packed()))
    return len(columns)


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    home = tmp_path_factory.mktemp("yö") / "sote väli home"
    runs = {"first night had no network": can_isolate()}
    for name, arguments in {"first": (), "again": (), "next": ("--day", "+1")}.items():
        if name == "next":
            runs["canaries"] = deliver_canaries(home)
        alone = name == "first" and runs["first night had no network"]
        done = (isolated if alone else sotevarasto)(home, "nightly", *arguments)
        runs[name] = {
            "done": done,
            "summary": summary(home) if (home / "reports" / "last_night.json").exists() else None,
        }
        runs[name]["release"] = (
            json.loads((home / "current" / "release.json").read_text()) if (home / "current").exists() else None
        )
    return home, runs


def test_the_first_night_publishes_and_says_what_a_stranger_needs(nights):
    home, runs = nights
    done, told = runs["first"]["done"], runs["first"]["summary"]
    assert done.returncode == 0, done.stdout + done.stderr
    assert told["outcome"] == "published"
    assert {s["status"] for s in told["sources"]} == {"new"}
    planned = len(plan(0, SEED))
    assert sum(d["received"] for d in told["deliveries"]) == sum(d["accepted"] for d in told["deliveries"]) == planned
    assert planned > 900
    assert told["rows"]["rows_accepted"] > 50_000 and told["rows"]["rows_quarantined"] > 0
    assert told["checks"]["total"]["ERROR"] == 0
    assert not [c for c in told["checks"]["not_passed"] if c["blocking"]]
    for word in (
        "SYNTHETIC",
        "National sources",
        "Deliveries tonight",
        "Checks",
        "Release",
        "Time",
        "Next",
        "make nightly DAY=+1",
    ):
        assert word in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "nanobind" not in done.stderr


def test_a_night_passes_with_no_network_but_loopback(nights):
    _, runs = nights
    if not runs["first night had no network"]:
        pytest.skip("user namespaces are off on this machine")
    assert runs["first"]["done"].returncode == 0, runs["first"]["done"].stderr


def test_running_again_publishes_nothing_new_and_exits_0(nights):
    _, runs = nights
    assert runs["again"]["done"].returncode == 0
    assert runs["again"]["summary"]["outcome"] == "unchanged"
    assert runs["again"]["release"]["release_id"] == runs["first"]["release"]["release_id"]
    assert {s["status"] for s in runs["again"]["summary"]["sources"]} == {"unchanged"}


def test_the_next_night_brings_a_new_month_a_correction_a_late_one_a_duplicate_a_rejected_one_and_a_restated_series(
    nights,
):
    home, runs = nights
    assert runs["next"]["done"].returncode == 0, runs["next"]["done"].stdout + runs["next"]["done"].stderr
    told = runs["next"]["summary"]
    assert told["outcome"] == "published"
    assert sum(d["duplicate"] for d in told["deliveries"]) == 1
    assert sum(d["rejected"] for d in told["deliveries"]) == 1
    assert sum(d["is_correction"] for d in told["deliveries"]) == 3 + len(THEMES)
    assert sum(d["is_amendment"] for d in told["deliveries"]) == 1
    assert sum(d["is_unchanged"] for d in told["deliveries"]) == 1
    assert sum(d["is_late"] for d in told["deliveries"]) == 1
    tonight = ask(
        home,
        "select count(*) filter (is_correction) as corrected, count(*) filter (is_late) as late from dq.delivery where known_from >= '2026-11-03'",
    )
    assert tonight == [{"corrected": 3 + len(THEMES), "late": 1}]
    deliveries = ask(home, "select organiser_code, period, sequence, status, rule from dq.delivery")
    assert {d["status"] for d in deliveries} >= {"accepted", "superseded", "duplicate", "rejected"}
    assert any(d["period"] == "2026-10" and d["status"] == "accepted" for d in deliveries), "a new month"
    corrected = ask(
        home,
        "select dataset, count(*) as n from dq.delivery where status = 'superseded' group by dataset",
    )
    assert {row["dataset"]: row["n"] for row in corrected} == dict.fromkeys(THEMES, 1) | {
        "care_contacts": 2,
        "costs": 1,
    }
    rejected = [d for d in deliveries if d["status"] == "rejected"]
    assert all(d["rule"] for d in rejected)
    restated = ask(home, "select count(*) as n from core.fct_population where known_to is not null")
    assert restated[0]["n"] > 0
    moved = {(r["table_name"], r["source_code"]): r["figures"] for r in told["revisions"]}
    assert moved["core.fct_population", "statfin_population"] == restated[0]["n"]
    assert moved["mart.minimum_dataset", "care_contacts"] > 0
    published = ask(
        home,
        "select source_code, period_start::varchar as month, publication_status, count(*) as n from mart.minimum_dataset"
        " where known_to is null and source_code = 'costs' and period_grain = 'month' and publication_status <> 'provisional' group by all",
    )
    assert [(p["month"], p["publication_status"]) for p in published] == [("2025-09-01", "final")], "the locked month"
    for word in ("corrected", "amended", "unchanged", "late", "duplicate", "rejected", "core.fct_population"):
        assert word in runs["next"]["done"].stdout


def test_an_earlier_figure_stays_queryable_beside_the_corrected_one(nights):
    home, _ = nights
    corrected = ask(
        home,
        "select count(*) as n from mart.minimum_dataset old join mart.minimum_dataset new using (indicator_code, source_code, basis, region_level,"
        " region_code, period_start, period_end, sex, age_group, language_status, municipality_type)"
        " where old.known_to = new.known_from and old.value <> new.value and new.known_to is null",
    )
    assert corrected[0]["n"] > 0
    doubled = ask(
        home,
        "select count(*) as n from (select 1 from mart.minimum_dataset where known_to is null group by indicator_code, source_code, basis, region_level,"
        " region_code, period_start, period_end, sex, age_group, language_status, municipality_type having count(*) > 1)",
    )
    assert doubled[0]["n"] == 0


def test_thirteen_months_of_costs_are_there_in_full_and_the_fourteenth_has_begun(nights):
    home, _ = nights
    found = ask(
        home,
        "select count(distinct period) as months, count(distinct organiser_code) as senders, min(period) as first, max(period) as last, count(*) as n"
        " from core.fct_cost where known_to is null",
    )
    assert (found[0]["months"], found[0]["senders"], found[0]["first"], found[0]["last"]) == (
        14,
        23,
        "2025-09",
        "2026-10",
    )
    assert found[0]["n"] > 150_000
    net = ask(
        home,
        "select value from mart.minimum_dataset where known_to is null and indicator_code = 'net_costs_per_resident_eur' and region_code = 'FI1'"
        " and period_grain = 'month' and period_start < date '2026-10-01'",
    )
    assert len(net) == 13
    assert all(250 < float(row["value"]) < 550 for row in net)


def test_only_the_need_factors_of_2023_were_revised_and_vantaa_kerava_most(nights):
    home, _ = nights
    revised = ask(
        home,
        "select figure_key, region_code, difference from dq.revisions where table_name = 'core.fct_need_factor' and figure_key like '%sector=TOTAL'"
        " order by abs(difference) desc",
    )
    assert len(revised) == 22
    assert all(row["figure_key"].startswith("data_year=2023;") for row in revised)
    assert (revised[0]["region_code"], round(float(revised[0]["difference"]), 4)) == ("04", 0.0429)


def test_the_default_rates_are_near_the_published_ones(nights):
    """Doctors' primary-care visits: three months scaled to a year, against Sotkanet 1080 of 2024 (sources/simulator/figures)."""
    home, _ = nights
    published = duckdb.sql(
        f"select hva_code, value::double as value from read_csv('{REPOSITORY}/sources/simulator/figures/contacts/primary_care_2024.csv', all_varchar=true)"
        " where measure = 'phc_doctor_visits_per_1000' and year = '2024' and hva_code not in ('FI', '91')"
    ).fetchall()
    ours = {
        r["region_code"]: r["value"] * 4
        for r in ask(
            home,
            "select region_code, value from mart.minimum_dataset where known_to is null and indicator_code = 'phc_doctor_visits_per_1000'"
            " and region_level = 'county' and basis = 'residence' and period_start = '2026-07-01' and period_end = '2026-09-30' and sex = 'total'"
            " and age_group = 'total' and language_status = 'total' and municipality_type = 'total'",
        )
    }
    assert len(published) == 22
    for code, value in published:
        assert ours[code] == pytest.approx(value, rel=0.12), code
    assert sum(abs(ours[c] / v - 1) for c, v in published) / len(published) < 0.04


def test_the_published_questions_have_answers(nights):
    home, _ = nights
    with open_release(Home(home)) as con:
        asked = con.execute("select query_id, sql from meta.query_examples order by query_id").fetchall()
        assert len(asked) >= 10
        assert [number for number, query in asked if not con.execute(query).fetchall()] == []


PAGES = [REPOSITORY / name for name in ("README.md", "docs/query.md", "docs/architecture.md", "docs/statistics.md")]


@pytest.mark.parametrize(("page", "query"), [pytest.param(p, q, id=f"{p.stem}") for p in PAGES for q in statements(p)])
def test_the_queries_of_the_pages_have_answers(nights, page, query):
    home, _ = nights
    with open_release(Home(home)) as con:
        assert con.execute(query).fetchall() != []


def test_the_python_of_the_pages_runs(nights, tmp_path):
    home, _ = nights
    for block in blocks(REPOSITORY / "docs" / "query.md", "python"):
        done = as_on_the_page(home, tmp_path, [sys.executable, "-c", block])
        assert done.returncode == 0, done.stderr


def test_the_command_lines_of_the_pages_run(nights, tmp_path):
    home, _ = nights
    lines = [
        line.replace(".venv/bin/sotevarasto", f"{sys.executable} -m sotevarasto")
        for page in PAGES
        for block in blocks(page, "")
        for line in block.splitlines()
        if line.startswith(".venv/bin/sotevarasto sql")
    ]
    assert len(lines) >= 3
    # DuckDB's own command line is not among our packages: tried where somebody has installed it.
    lines += blocks(REPOSITORY / "docs" / "query.md", "sh") if shutil.which("duckdb") else []
    for line in lines:
        done = as_on_the_page(home, tmp_path, ["bash", "-ec", line])
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    assert (tmp_path / "wide_costs.csv").stat().st_size > 1000


def as_on_the_page(home: Path, folder: Path, command: list[str]) -> subprocess.CompletedProcess:
    """Run a command in a folder whose var/simulated is this home."""
    (folder / "var").mkdir(exist_ok=True)
    if not (folder / "var" / "simulated").exists():
        (folder / "var" / "simulated").symlink_to(home)
    env = os.environ | {"SOTEVARASTO_HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=env, check=False)


def test_no_personal_identity_code_is_in_any_artefact_of_a_night(nights):
    """Codes came in every column of a delivery. The rows went to quarantine; the landed bytes alone still hold what was sent."""
    home, runs = nights
    sent = [d for d in runs["next"]["summary"]["deliveries"] if d["organiser_code"] == CANARY_SENDER]
    assert [(d["accepted"], d["rows_quarantined"]) for d in sent] == [(1, runs["canaries"])]
    hidden = ask(home, f"select value_as_sent from dq.quarantine where organiser_code = '{CANARY_SENDER}'")
    assert sum(row["value_as_sent"] == "***" for row in hidden) >= runs["canaries"]
    landed = b"".join(p.read_bytes() for p in (home / "landing").rglob("*") if p.is_file())
    assert all(code.encode("latin-1") in landed for code in canaries.CODES)
    assert canaries.found(Home(home)) == []


def test_person_rows_lie_in_the_file_of_their_owner_alone(nights):
    home, runs = nights
    classes = {}
    for schema in PUBLISHED_SCHEMAS:
        for path in (REPOSITORY / "dbt_project" / "models" / schema).glob("*.sql"):
            (model,) = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["models"]
            classes[path.stem.replace("__", ".", 1)] = model["config"]["meta"]["disclosure_class"]
    kept_apart = {t["name"] for t in runs["next"]["release"]["tables"] if t["file"] == "warehouse.duckdb"}
    assert kept_apart == {name for name, of in classes.items() if of == "person"}
    assert (home / "current" / "warehouse.duckdb").stat().st_mode & 0o777 == 0o400


def test_a_rejected_deliverys_page_is_named_and_there(nights):
    home, runs = nights
    (page,) = re.findall(r"why \S+ \S+ was rejected: (.*\.html)", runs["next"]["done"].stdout)
    assert page.startswith(str(home / "reports"))
    assert "HVA-FILE-0-" in Path(page).read_text(encoding="utf-8")


def test_every_published_column_is_commented_and_in_the_dictionary(nights):
    home, _ = nights
    with open_release(Home(home)) as con:
        there = con.execute(
            """select distinct schema_name || '.' || table_name, column_name, comment is not null from duckdb_columns()
            where database_name in ('marts', 'warehouse') and schema_name in ('core', 'dq', 'mart', 'meta')"""
        ).fetchall()
        told = con.execute("select object_name, column_name from meta.dictionary where kind = 'table'").fetchall()
    assert {row[:2] for row in there if not row[2]} == set()
    assert {row[:2] for row in there} == set(told)


def test_synthetic_figures_are_labelled_in_the_mart(nights):
    home, _ = nights
    origins = ask(home, "select distinct origin from mart.minimum_dataset where source_code = 'care_contacts'")
    assert origins == [{"origin": "synthetic"}]


def test_absent_is_never_zero(nights):
    home, _ = nights
    bad = ask(
        home,
        "select count(*) as n from mart.minimum_dataset where value is null and value_status in ('value', 'true_zero')",
    )
    assert bad[0]["n"] == 0
    zeros = ask(home, "select distinct value_status from mart.minimum_dataset where value = 0")
    assert {z["value_status"] for z in zeros} <= {"true_zero"}


def test_status_prints_the_summary_again(nights):
    home, runs = nights
    done = sotevarasto(home, "status")
    assert done.returncode == 0
    assert runs["next"]["release"]["release_id"] in done.stdout


def test_the_ledger_verifies_and_one_flipped_bit_in_landing_is_found(nights):
    home, _ = nights
    assert sotevarasto(home, "ledger", "verify").returncode == 0
    victim = next(p for p in (home / "landing").rglob("*") if p.is_file())
    original = victim.read_bytes()
    victim.chmod(0o600)
    victim.write_bytes(bytes([original[0] ^ 1]) + original[1:])
    try:
        done = sotevarasto(home, "ledger", "verify")
        assert done.returncode == 1 and victim.name in done.stdout
    finally:
        victim.write_bytes(original)
        victim.chmod(0o444)


def test_the_dagster_history_of_the_home_holds_the_nights(nights):
    home, _ = nights
    stored = list((home / "dagster" / "history").rglob("*.db"))
    assert stored
    with sqlite3.connect(home / "dagster" / "history" / "runs.db") as connection:
        statuses = [row[0] for row in connection.execute("select status from runs order by id")]
    assert statuses == ["SUCCESS", "SUCCESS", "SUCCESS"]


def test_a_held_lock_names_its_owner_and_exits_0(nights):
    from sources.home import Home
    from warehouse.lock import NightLock

    home, _ = nights
    with NightLock(Home(home)):
        done = sotevarasto(home, "nightly")
    assert done.returncode == 0
    assert str(os.getpid()) in done.stdout
    assert "Traceback" not in done.stderr


def test_report_pages_are_self_contained(nights):
    home, _ = nights
    pages = list((home / "reports").rglob("*.html"))
    assert any("gx" in p.parts for p in pages)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r'src="http|<link[^>]+href="http', text), page
        # dbt's own page holds links that a person may click; ours hold none that lead out of the machine.
        assert page.parts[-2] == "dbt" or 'href="http' not in text.replace('href="http://127.0.0.1', ""), page

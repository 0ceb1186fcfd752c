"""What stops a release and what does not: a source that fails is named and the night goes on; our own gate ends it.

Two nights on one home, run once for the module through the command line: one whose population source answers 500 to everything, then one in which a sender's manifest
gives a wrong sample share. To be quick both sources were collected the day before without a night, the senders send one old month, and nobody waits long to ask again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.collect import collect_hosted
from sources.simulator.calendar import HELSINKI, business_time
from sources.simulator.national.server import NationalServer
from sources.simulator.parcel import make_parcel
from sources.simulator.randomness import SEED

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[1]
SMALL = """
import functools, sys
from sources.national import settings
from sources.simulator import deliver
from sources.simulator.national.protocol import Response
from sources.simulator.national.server import NationalServer
settings.HttpSettings = functools.partial(settings.HttpSettings, backoff_seconds=0.01)
planned = deliver.plan
deliver.plan = lambda day, seed: [d for d in planned(day, seed) if day or d.period == "2026-09"]
if "broken" in sys.argv:
    NationalServer.respond_pxweb = lambda self, request: Response(500, b"Internal Server Error", "text/plain")
from sotevarasto.cli import main
main(["nightly", "--day", sys.argv[1]])
"""


@dataclass(frozen=True)
class Night:
    """One night as its user sees it, and the release that was current after it."""

    code: int
    printed: str
    complained: str
    told: dict
    release: dict
    releases: set[str]


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess:
    env = {k: v for k, v in os.environ.items() if k != "DAGSTER_HOME"} | {"SOTEVARASTO_HOME": str(home)}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=env, cwd=REPOSITORY, check=False
    )


def night(home: Path, *words: str) -> Night:
    done = command(home, "-c", SMALL, *words)
    told = json.loads((home / "reports" / "last_night.json").read_text(encoding="utf-8"))
    release = json.loads((home / "current" / "release.json").read_text(encoding="utf-8"))
    return Night(
        done.returncode, done.stdout, done.stderr, told, release, {p.name for p in (home / "releases").iterdir()}
    )


def send_with_a_wrong_share(home: Path) -> None:
    """Helsinki's month once more, as if every resident were in it and not one in a hundred: each row is good, the rates of the country are not."""
    sent = make_parcel("90", "2026-09", 2, datetime(2026, 11, 3, 12, 0, tzinfo=HELSINKI), SEED, revision=2)
    sent = replace(sent, stated={"sample_share": "1"})
    folder = home / "inbox" / "90"
    for file in sent.files:
        (folder / file.name).write_bytes(file.data)
    (folder / sent.manifest_name).write_bytes(sent.manifest_bytes())


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home that has both sources' figures of the day before, and nothing else."""
    home = Home.open(tmp_path_factory.mktemp("gate") / "home", "simulated")
    landing, at = Landing(home.landing), business_time(0)
    with Ledger(home.ledger) as ledger, NationalServer(0, SEED) as server:
        outcomes = [
            collect_hosted("statfin_classification", home, ledger, landing, server.base_url_classifications, at),
            collect_hosted("statfin_population", home, ledger, landing, server.base_url_pxweb, at),
        ]
    assert {o.status for o in outcomes} == {"new"}
    return home.root


@pytest.fixture(scope="module")
def unreachable(home):
    return night(home, "1", "broken")


@pytest.fixture(scope="module")
def refused(home, unreachable):
    send_with_a_wrong_share(home)
    return night(home, "+1")


def test_a_night_without_its_population_source_publishes_all_the_same(unreachable):
    assert (unreachable.code, unreachable.told["outcome"]) == (0, "published"), unreachable.printed
    assert unreachable.told["rows"]["rows_accepted"] > 10_000
    assert "Traceback" not in unreachable.printed + unreachable.complained


def test_it_names_the_source_that_failed_with_its_reason_and_the_date_of_its_last_good_rows(unreachable):
    sources = {s["source_code"]: s for s in unreachable.told["sources"]}
    failed, well = sources["statfin_population"], sources["statfin_classification"]
    assert (failed["status"], failed["rows_of"]) == ("failed", "2026-11-02")
    assert "\n" not in failed["reason"] and failed["reason"].endswith("try again later")
    assert (well["status"], well["reason"]) == ("unchanged", None)
    assert "Source statfin_population failed: its rows of 2026-11-02 stay in use" in unreachable.printed
    (line,) = [line for line in unreachable.printed.splitlines() if "failed statfin_population: " in line]
    assert "status 500" in line
    checks = [c for c in unreachable.told["checks"]["not_passed"] if c["engine"] == "source"]
    of_that_host = {"raw__population", "raw__population_projection", "raw__key_figures"}
    assert {(c["asset"], c["status"], c["blocking"]) for c in checks} == {(a, "FAIL", False) for a in of_that_host}


def test_its_last_good_figures_are_in_the_release(unreachable):
    tables = {t["name"]: t["rows"] for t in unreachable.release["tables"]}
    assert tables["core.fct_population"] > 400_000
    assert tables["mart.minimum_dataset"] > 1_000


def test_a_night_that_the_gate_refuses_ends_in_1_and_publishes_nothing(home, unreachable, refused):
    assert (refused.code, refused.told["outcome"], refused.told["exit_code"]) == (1, "gate_failed", 1)
    assert refused.release == unreachable.release
    assert refused.releases == unreachable.releases
    assert os.readlink(home / "current").endswith(unreachable.release["release_id"])


def test_it_says_why_in_one_line_with_the_check_its_figure_and_the_mend(refused):
    reason = refused.told["reason"]
    assert "\n" not in reason
    # The sender that is to be asked is named, and its month.
    for words in (
        "HVA-GX-CC-006",
        "contacts per resident and year",
        "[1 – 20]",
        "Mend: Check the sample share",
        "90 2026-09",
    ):
        assert words in reason
    assert reason in " ".join(refused.printed.split())
    assert "Nothing was published" in refused.printed
    assert f"Release {refused.release['release_id']} (as before; it stays current)" in refused.printed
    assert "Traceback" not in refused.printed + refused.complained


def test_the_last_good_release_still_answers_and_knows_nothing_of_the_refused_night(home, refused):
    done = command(
        home,
        "-m",
        "sotevarasto",
        "sql",
        "--format",
        "json",
        "select max(known_from)::varchar as newest from dq.delivery",
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["newest"].startswith("2026-11-03")


def test_status_prints_the_refused_night_again(home, refused):
    done = command(home, "-m", "sotevarasto", "status")
    assert done.returncode == 0
    assert refused.told["reason"] in " ".join(done.stdout.split())

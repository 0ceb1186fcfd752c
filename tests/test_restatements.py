"""Three nights with every national source: what each restated is in `dq.revisions` with what it was, what it is and when that was known; what did not move is not."""

import json
from decimal import Decimal

import pytest

from sources.home import Home
from sources.simulator.calendar import business_time
from tests import small_night

pytestmark = pytest.mark.slow

# Of each source the night from which the simulator restates some of its figures.
RESTATED_ON = {
    "statfin_population": 1,
    "statfin_key_figures": 1,
    "sotkanet": 1,
    "kela": 1,
    "treasury": 1,
    "sampo": 2,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("restated") / "home")
    for arguments in ((), ("--day", "+1"), ("--day", "+1")):
        done = small_night.run(home.root, small_night.NATIONAL, "nightly", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads((home.reports / "last_night.json").read_text(encoding="utf-8"))
        assert told["outcome"] == "published"
        assert not [source for source in told["sources"] if source["status"] == "failed"]
    return home


def ask(home, query):
    done = small_night.run(home.root, small_night.NATIONAL, "sql", query, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def night(day):
    return f"{business_time(day):%Y-%m-%d %H:%M:%S}"


def test_every_source_that_restated_is_there_from_the_night_that_brought_it_and_no_other(home):
    national = ", ".join(f"'{code}'" for code in (*RESTATED_ON, "statfin_projection", "thl_need_factors"))
    moved = ask(
        home,
        f"select source_code, strftime(min(known_from), '%Y-%m-%d %H:%M:%S') as first, strftime(max(known_from), '%Y-%m-%d %H:%M:%S') as last, count(*) as n"
        f" from dq.revisions where source_code in ({national}) and source_code <> 'thl_need_factors' group by all order by source_code",
    )
    assert {row["source_code"]: (row["first"], row["last"]) for row in moved} == {
        code: (night(day), night(day)) for code, day in RESTATED_ON.items()
    }
    assert all(row["n"] > 0 for row in moved)


def test_a_restated_benefit_has_its_value_before_and_after_and_its_neighbour_is_not_there(home):
    rows = ask(
        home,
        "select region_code, cast(old_value as varchar) as was, cast(new_value as varchar) as became, cast(difference as varchar) as moved"
        " from dq.revisions where table_name = 'core.fct_kela_benefit'",
    )
    assert rows and {row["region_code"] for row in rows} == {"853"}
    for row in rows:
        was, became = Decimal(row["was"]), Decimal(row["became"])
        assert Decimal(row["moved"]) == became - was
        assert abs(became - was * Decimal("1.01")) < Decimal("0.02")


def test_a_key_figure_moved_in_two_areas_and_every_other_version_is_the_first(home):
    rows = ask(
        home,
        "select region_code, cast(difference as varchar) as moved from dq.revisions where source_code = 'statfin_key_figures' and figure_key like 'indicator_code=foreign_language_percent;%'",
    )
    assert [Decimal(row["moved"]) for row in rows] == [Decimal("0.2")] * 2
    versions = ask(
        home,
        "select count(*) filter (known_to is not null) as ended, count(*) as n from mart.minimum_dataset where source_code = 'statfin_key_figures' and indicator_code = 'economic_dependency_ratio'",
    )
    assert versions[0]["ended"] == 0 and versions[0]["n"] == 24 * 8


def test_what_a_source_did_not_restate_is_not_there_after_three_nights(home):
    counts = ask(
        home,
        "select (select count(*) from dq.revisions where figure_key like 'indicator_code=sotkanet_4;%') as another_indicator,"
        " (select count(*) from dq.revisions where table_name = 'core.fct_population' and figure_key not like 'year=2025;%') as another_year,"
        " (select count(*) from dq.revisions where source_code = 'statfin_projection') as projection,"
        " (select count(*) from core.fct_population) as population",
    )
    assert counts[0]["population"] > 400_000
    assert (counts[0]["another_indicator"], counts[0]["another_year"], counts[0]["projection"]) == (0, 0, 0)


def test_a_figure_worked_out_of_a_restated_one_moves_with_it(home):
    moved = ask(
        home,
        "select count(*) as n from dq.revisions where table_name = 'mart.minimum_dataset' and source_code = 'statfin_population'",
    )
    assert moved[0]["n"] > 0

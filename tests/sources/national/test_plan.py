"""A plan tells, without a request, how many requests the visit then sends: on a new home, on a night without news, when all is compared again, and after a kill."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from sources.national.cost import Ask, Plan, together_seconds
from sources.national.plan import plans
from sources.simulator.national import NationalServer
from tests.sources.national.conftest import FIRST_NIGHT, SEED, desk_in
from tests.sources.national.killed import kill_night

# Those of which nothing but the first reply tells how many pages or documents there are.
OPEN_AT_FIRST = {"codelist", "codeserver", "kela", "treasury"}
VISITS = {
    "codelist": "codelist",
    "codeserver": "codeserver",
    "innokyla": "innokyla",
    "kela": "kela",
    "sampo": "sampo",
    "sotkanet": "sotkanet",
    "statfin_classification": "municipality_map",
    "statfin_key_figures": "key_figures",
    "statfin_population": "population",
    "statfin_projection": "projection",
    "treasury": "treasury",
}


# Of those with many requests or large replies the plan is tried in the longer set.
LONG = {"sotkanet", "statfin_projection", "treasury", "kela"}
QUICK = [code for code in VISITS if code not in LONG]


def planned(desk, day=0, first_year=None):
    at = FIRST_NIGHT + timedelta(days=day)
    return {plan.source_code: plan for plan in plans(desk.ledger, desk.landing, at, first_year, is_simulated=True)}


@pytest.fixture(
    scope="module", params=[QUICK, pytest.param(list(VISITS), marks=pytest.mark.slow)], ids=["quick", "all"]
)
def visited(request, tmp_path_factory):
    """A home that sources were visited from once, their plans before, and what each visit came to."""
    desk = desk_in(tmp_path_factory.mktemp("planned") / "home")
    every = planned(desk)
    assert every.keys() == VISITS.keys()
    before = {code: every[code] for code in request.param}
    with NationalServer(day=0, seed=SEED) as server:
        outcomes = {code: getattr(desk, VISITS[code])(server) for code in before}
    yield desk, before, outcomes
    desk.ledger.close()


def test_on_a_new_home_everything_is_missing_and_the_plan_counts_what_the_visit_sends(visited):
    _, before, outcomes = visited
    assert {outcome.status for outcome in outcomes.values()} == {"new"}
    for code, plan in before.items():
        assert plan.kept == 0
        if code in OPEN_AT_FIRST:
            assert plan.most is None or plan.missing, code
            assert plan.least <= outcomes[code].requests_made, code
        else:
            assert plan.least == plan.most == outcomes[code].requests_made, code
    assert (before["statfin_population"].cells, before["statfin_population"].max_cells) == (94_554, 120_000)


def planned_and_made(desk, codes, day):
    """Plans of a night, and the requests that its visits then sent to a server on which nothing moved."""
    every = planned(desk, day)
    with NationalServer(day=0, seed=SEED) as server:
        made = {code: getattr(desk, VISITS[code])(server, day=day).requests_made for code in codes}
    return {code: every[code] for code in codes}, made


def test_a_night_without_news_sends_the_least_that_was_planned(visited, tmp_path):
    desk = desk_in(shutil.copytree(visited[0].home.root, tmp_path / "home"))
    found, made = planned_and_made(desk, visited[1], day=1)
    assert {code: plan.least for code, plan in found.items()} == made
    assert all(plan.missing == 0 and plan.known_bytes > 0 for plan in found.values())
    desk.ledger.close()


def test_when_everything_is_compared_again_the_plan_knows_it(visited, tmp_path):
    desk = desk_in(shutil.copytree(visited[0].home.root, tmp_path / "home"))
    found, made = planned_and_made(desk, visited[1], day=31)
    assert {code: plan.least for code, plan in found.items()} == made
    desk.ledger.close()


def test_what_a_killed_night_kept_is_planned_and_asked_no_more(tmp_path):
    kill_night(tmp_path / "home", "snapshot.written:6", "statfin_population", "base_url_pxweb")
    desk = desk_in(tmp_path / "home")
    plan = planned(desk)["statfin_population"]
    with NationalServer(day=0, seed=SEED) as server:
        outcome = desk.population(server)
    desk.ledger.close()
    assert (plan.kept, plan.missing) == (5, 3)
    # Limits, metadata, the release, and the three years that are lacking.
    assert plan.least == outcome.requests_made == 3 + 3


def test_an_earlier_first_year_costs_its_years(desk):
    plan, earlier = planned(desk)["statfin_population"], planned(desk, first_year=2010)["statfin_population"]
    assert (earlier.missing - plan.missing, earlier.least - plan.least) == (8, 8)


def test_a_narrower_limit_of_cells_takes_more_queries(desk):
    with NationalServer(day=0, seed=SEED, max_cells=50_000) as server:
        made = desk.population(server).requests_made
    plan = planned(desk, day=31)["statfin_population"]
    assert plan.least == made > 10
    assert plan.cells <= plan.max_cells == 50_000


def test_sources_of_one_host_share_its_limit():
    one = Plan("a", "host", 0, 0, (Ask("years", 30, 30),), calls=40, window_seconds=60)
    other = Plan("b", "host", 0, 0, (Ask("years", 30, 30),), calls=40, window_seconds=60)
    assert one.seconds(one.least) == 0
    assert 60 <= together_seconds([one, other], lambda plan: plan.least) <= 62

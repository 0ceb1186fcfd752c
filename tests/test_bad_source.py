"""Bad input from national sources, through the functions that a night calls: a fault ends in one line, and the last good figures stay.

The simulator stands behind a server that breaks one request of a visit, on real sockets (broken_source.py). Which replies the parsers refuse is tested in tests/sources/national.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sources.national import collect
from sources.national.settings import load_settings
from sources.simulator.calendar import business_time
from sources.simulator.national.sotkanet_figures import RESTATED_ID
from tests.broken_source import (
    CODES,
    KEY_FIGURES,
    LASTING,
    LATER_DAY,
    LISTS,
    MAPS,
    MENDS,
    PASSING,
    POPULATION,
    PROJECTION,
    QUICK,
    SAMPO,
    SLOW,
    SOTKANET,
    Office,
    Source,
)
from tests.faultserver import Seen, answer, status
from tests.sources.national.sotkanet.conftest import few_indicators

FIRST = business_time(0)
LATER = business_time(LATER_DAY)
# The last years of the projection are tried: twenty more are the same again.
FIRST_PROJECTED = 2043
REGISTER = "6.202.2008/conceptcodes?"
# Those that a fault is thrown at place by place; Sotkanet is asked indicator by indicator and has tests of its own below.
WHOLE = (POPULATION, MAPS, SAMPO, CODES, LISTS, PROJECTION, KEY_FIGURES)
# One protocol in the default set, every one in the longer set.
EACH = [pytest.param(s, marks=[] if s == POPULATION else [pytest.mark.slow]) for s in WHOLE]


def is_first(seen: Seen) -> bool:
    """The request that a visit begins with."""
    is_register = REGISTER in seen.target and "page=1" in seen.target
    firsts = ("config", "correspondenceTables?", "api/hoitoonpaasy.json", "/codes/?")
    return is_register or any(part in seen.target for part in firsts)


def is_data(seen: Seen) -> bool:
    """The request for the figures of one year."""
    is_map = "content=data" in seen.target and "20230101%23" in seen.target
    is_register = REGISTER in seen.target and "page=2" in seen.target
    datas = ("fact_hoitoonpaasy_esh01.json?", "/codes/?")
    is_year = any(year in seen.body for year in (b'"2021"', b'"2044"'))
    return is_year or is_map or is_register or any(part in seen.target for part in datas)


@pytest.fixture(scope="module", autouse=True)
def _impatient():
    """The settings that a night uses, with waits short enough for a test."""

    def quick(path: Path, simulator_url: str | None):
        settings = load_settings(path, simulator_url)
        if settings.source_code == PROJECTION:
            settings = replace(settings, first_year=FIRST_PROJECTED)
        return replace(settings, http=replace(settings.http, **QUICK))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(collect, "load_settings", quick)
        yield


@pytest.fixture(scope="module")
def first_night(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("first") / "home")
    assert {office.well(source, FIRST, day=0).status for source in WHOLE} == {"new"}
    return office


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, first_night):
    """The later night with nothing wrong: of each source its outcome and its snapshots."""
    office = Office(shutil.copytree(first_night.home.root, tmp_path_factory.mktemp("undisturbed") / "home"))
    outcomes = {source: office.well(source, LATER) for source in WHOLE}
    assert {source: o.status for source, o in outcomes.items()} == {
        **{POPULATION: "new", MAPS: "unchanged", SAMPO: "new"},
        **{CODES: "new", LISTS: "unchanged", PROJECTION: "unchanged", KEY_FIGURES: "new"},
    }
    return {source: (outcome, office.snapshots(source)) for source, outcome in outcomes.items()}


@pytest.fixture
def office(tmp_path, first_night):
    return Office(shutil.copytree(first_night.home.root, tmp_path / "home"))


PLACES = {"first request": is_first, "data": is_data}


@pytest.mark.parametrize("source", EACH)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", LASTING)
def test_a_lasting_fault_fails_the_source_in_one_line_and_its_last_good_figures_stay(
    office, source, place, fault, monkeypatch
):
    step, is_tried_again, word = LASTING[fault]
    if fault in SLOW:
        monkeypatch.setitem(QUICK, "read_seconds", 0.5)
        monkeypatch.setitem(QUICK, "total_seconds", 1.5)
    before, files = office.snapshots(source), office.files()
    with Source(source, LATER_DAY) as server:
        server.breaks(PLACES[place], step)
        outcome = office.visit(source, server.base_url, LATER)
    assert server.broken == (QUICK["attempts"] if is_tried_again else 1)
    assert (outcome.status, outcome.objects, outcome.rows) == ("failed", [], 0)
    assert outcome.reason.isprintable() and len(outcome.reason) < 400
    assert outcome.reason.startswith(f"127.0.0.1:{server.port}/")
    assert word in outcome.reason
    assert outcome.reason.rpartition("; ")[2] in MENDS
    assert office.snapshots(source) == before
    assert office.files() == files


@pytest.mark.parametrize(
    ("source", "mend"),
    [
        (POPULATION, "check the base address"),
        (PROJECTION, "check the base address"),
        (KEY_FIGURES, "check the base address"),
        (MAPS, "see whether the service still speaks v2"),
        (SAMPO, "renamed? See what the publisher says (and 1 more)"),
        (CODES, "renamed? See what the publisher says"),
        (LISTS, "renamed? See what the publisher says"),
    ],
)
def test_another_document_than_the_one_asked_for_fails_the_source_too(office, source, mend):
    before = office.snapshots(source)
    with Source(source, LATER_DAY) as server:
        server.breaks(is_first, answer(b'{"error": "down for maintenance"}'))
        outcome = office.visit(source, server.base_url, LATER)
    assert (outcome.status, outcome.objects) == ("failed", [])
    assert outcome.reason.isprintable() and outcome.reason.startswith("127.0.0.1: ")
    assert outcome.reason.endswith(mend)
    assert office.snapshots(source) == before


@pytest.mark.parametrize(("broken", "other"), [(POPULATION, MAPS), (MAPS, POPULATION), (SAMPO, MAPS)])
def test_a_source_that_fails_leaves_the_other_as_it_would_be_without_it(office, undisturbed, broken, other):
    with Source(broken, LATER_DAY) as server:
        server.breaks(is_first, status(500))
        assert office.visit(broken, server.base_url, LATER).status == "failed"
    assert (office.well(other, LATER), office.snapshots(other)) == undisturbed[other]


@pytest.mark.parametrize("source", EACH)
@pytest.mark.parametrize("fault", PASSING)
def test_a_passing_fault_is_tried_again_and_the_visit_ends_as_if_nothing_had_happened(
    office, undisturbed, source, fault, monkeypatch
):
    if fault in SLOW:
        monkeypatch.setitem(QUICK, "read_seconds", 2)
    with Source(source, LATER_DAY) as server:
        server.breaks(is_data, *PASSING[fault], for_ever=False)
        outcome = office.visit(source, server.base_url, LATER)
    usual, snapshots = undisturbed[source]
    assert server.broken == len(PASSING[fault])
    assert outcome == replace(usual, requests_made=usual.requests_made + len(PASSING[fault]))
    assert office.snapshots(source) == snapshots


@pytest.mark.parametrize("source", EACH)
def test_the_wait_that_a_server_asks_for_is_kept(office, undisturbed, source):
    with Source(source, LATER_DAY) as server:
        server.breaks(is_first, status(429, Retry_After="1"), for_ever=False)
        outcome = office.visit(source, server.base_url, LATER)
        refused, again = (seen.at for seen in server.seen if is_first(seen))
    assert outcome.status == undisturbed[source][0].status
    assert again - refused >= 1


def test_the_night_after_takes_what_the_failed_one_could_not(office, undisturbed):
    with Source(POPULATION, LATER_DAY) as server:
        server.breaks(is_data, status(500))
        office.visit(POPULATION, server.base_url, LATER)
    outcome = office.well(POPULATION, LATER + timedelta(days=1))
    assert (outcome.status, outcome.objects) == ("new", undisturbed[POPULATION][0].objects)


@pytest.mark.parametrize("source", EACH)
def test_a_first_night_with_nobody_at_the_address_keeps_nothing_and_names_it(tmp_path, source):
    office = Office(tmp_path / "home")
    with Source(source, 0) as server:
        pass
    outcome = office.visit(source, server.base_url, FIRST)
    assert outcome.status == "failed"
    assert outcome.reason.startswith(f"127.0.0.1:{server.port}/") and "no connection" in outcome.reason
    assert office.snapshots(source) == {}
    assert office.files() == set()


# Sotkanet is asked indicator by indicator: the fault of one is its own.
NEXT_DAY = business_time(1)
ITS_PLACES = {
    "description": lambda seen: f"indicators/{RESTATED_ID}" in seen.target,
    "data": lambda seen: f"indicator={RESTATED_ID}&" in seen.target,
}


@pytest.fixture(scope="module")
def sotkanet_night(tmp_path_factory):
    """A home after one good night of a part of the catalogue, and the next night with nothing wrong."""
    with few_indicators():
        office = Office(tmp_path_factory.mktemp("sotkanet") / "home")
        assert office.well(SOTKANET, FIRST, day=0).status == "new"
        usual = Office(shutil.copytree(office.home.root, tmp_path_factory.mktemp("usual") / "home"))
        outcome = usual.well(SOTKANET, NEXT_DAY, day=1)
        assert (outcome.status, len(outcome.objects)) == ("new", 2)
        yield office, outcome, usual.snapshots(SOTKANET)


@pytest.fixture
def sotkanet_office(tmp_path, sotkanet_night):
    return Office(shutil.copytree(sotkanet_night[0].home.root, tmp_path / "home"))


@pytest.mark.parametrize("place", ITS_PLACES)
@pytest.mark.parametrize("fault", [name for name in LASTING if name != "an empty list"])
def test_a_lasting_fault_of_one_indicator_is_told_by_its_id_and_the_next_night_takes_it(
    sotkanet_office, sotkanet_night, place, fault, monkeypatch
):
    step, is_tried_again, word = LASTING[fault]
    if fault in SLOW:
        monkeypatch.setitem(QUICK, "read_seconds", 0.5)
        monkeypatch.setitem(QUICK, "total_seconds", 1.5)
    before, usual = sotkanet_office.snapshots(SOTKANET), sotkanet_night[1]
    with Source(SOTKANET, 1) as server:
        server.breaks(ITS_PLACES[place], step)
        outcome = sotkanet_office.visit(SOTKANET, server.base_url, NEXT_DAY)
    assert server.broken == (QUICK["attempts"] if is_tried_again else 1)
    assert outcome.status == "failed"
    assert outcome.reason.isprintable() and len(outcome.reason) < 400
    assert outcome.reason.startswith(f"127.0.0.1: indicator {RESTATED_ID} failed (127.0.0.1:{server.port}/")
    assert word in outcome.reason and outcome.reason.endswith("their last good rows stay")
    # What it says of itself may have come before its data failed; nothing else did.
    assert outcome.objects == ([] if place == "description" else [f"sotkanet_indicator/{RESTATED_ID}"])
    assert before.items() <= sotkanet_office.snapshots(SOTKANET).items()
    again = sotkanet_office.well(SOTKANET, NEXT_DAY, day=1)
    assert {*outcome.objects, *again.objects} == set(usual.objects)
    assert sotkanet_office.snapshots(SOTKANET) == sotkanet_night[2]


@pytest.mark.parametrize("fault", [name for name in PASSING if name not in SLOW])
def test_a_passing_fault_of_one_indicator_is_tried_again(sotkanet_office, sotkanet_night, fault):
    _, usual, snapshots = sotkanet_night
    with Source(SOTKANET, 1) as server:
        server.breaks(ITS_PLACES["data"], *PASSING[fault], for_ever=False)
        outcome = sotkanet_office.visit(SOTKANET, server.base_url, NEXT_DAY)
    assert outcome == replace(usual, requests_made=usual.requests_made + len(PASSING[fault]))
    assert sotkanet_office.snapshots(SOTKANET) == snapshots

"""A night killed at a durable step of collecting and run again ends with the same snapshots, and what was kept is not asked for again.

Belongs here: every source that has no such test in its own room (statfin/, sotkanet/ and need_factors/ have). Does not belong here: kills of the later steps of a night.
"""

from __future__ import annotations

from functools import cache

import pytest

from sources.national.plan import plans
from sources.simulator.national import NationalServer
from tests.sources.national.conftest import FIRST_NIGHT, SEED, desk_in
from tests.sources.national.killed import kill_night

# Source → its visit on a desk, its address, and which pass of a step it is killed at: those of one object have no second.
SOURCES = {
    "sampo": ("sampo", "base_url_sampo", 2),
    "codeserver": ("codeserver", "base_url_codeserver", 2),
    "codelist": ("codelist", "base_url_codelist", 1),
    "treasury": ("treasury", "base_url_treasury", 3),
    "kela": ("kela", "base_url_kela", 2),
    "innokyla": ("innokyla", "base_url_innokyla", 5),
    "statfin_projection": ("projection", "base_url_pxweb", 2),
    "statfin_key_figures": ("key_figures", "base_url_pxweb", 1),
    "statfin_classification": ("municipality_map", "base_url_classifications", 2),
}
# A reply in the landing, rows in their file, and the events that a kept object leaves, each before and after it is durable.
STEPS = (
    "landing.copied",
    "landing.renamed",
    "file.flushed",
    "snapshot.written",
    "ledger.before_commit",
    "ledger.committed",
)
# Their replies name the port that they were asked at, so that bytes and ids differ from run to run.
ECHOING = {"treasury", "kela", "statfin_classification"}
QUICK = {
    ("sampo", "snapshot.written"),
    ("codelist", "ledger.committed"),
    ("statfin_key_figures", "landing.renamed"),
    ("innokyla", "ledger.committed"),
}
CASES = [
    pytest.param(source, step, marks=[] if (source, step) in QUICK else [pytest.mark.slow])
    for source in SOURCES
    for step in STEPS
]


def visit(desk, source, server):
    return getattr(desk, SOURCES[source][0])(server)


def known(desk, source):
    """What the ledger has of a source's snapshots, and the rows themselves where they do not name a port."""
    events = [e for e in desk.ledger.events("snapshot") if e.body["source_code"] == source]
    if source in ECHOING:
        return sorted((e.body["object"], e.body["content_sha256"], e.body["parquet"]["rows"], e.at) for e in events)
    files = [(desk.home.parquet / e.body["parquet"]["path"]).read_bytes() for e in events]
    return sorted((e.subject, str(e.body), e.at, file) for e, file in zip(events, files, strict=True))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """By source, a night with nothing wrong: what is known then, and the requests that it took."""

    @cache
    def made(source):
        desk = desk_in(tmp_path_factory.mktemp("undisturbed") / "home")
        with NationalServer(day=0, seed=SEED) as server:
            outcome = visit(desk, source, server)
        found = known(desk, source)
        desk.ledger.close()
        assert outcome.status == "new"
        return found, outcome.requests_made

    return made


@pytest.mark.parametrize(("source", "step"), CASES)
def test_a_night_killed_and_run_again_ends_as_if_nothing_had_happened(tmp_path, undisturbed, source, step):
    _, address, passes = SOURCES[source]
    kill_night(tmp_path / "home", f"{step}:{passes}", source, address)
    desk = desk_in(tmp_path / "home")
    kept = {body["object"] for body in desk.snapshots()}
    (plan,) = (
        plan for plan in plans(desk.ledger, desk.landing, FIRST_NIGHT, is_simulated=True) if plan.source_code == source
    )
    with NationalServer(day=0, seed=SEED) as server:
        outcome = visit(desk, source, server)
        again = visit(desk, source, server)
    found, requests = undisturbed(source)
    assert known(desk, source) == found
    assert desk.ledger.verify([]) == []
    desk.ledger.close()
    assert not kept & set(outcome.objects)
    # A source of tables asks besides which release is the newest, once there is one to compare with.
    assert plan.least <= outcome.requests_made <= requests + 1
    if plan.most is not None and source not in ("codeserver", "codelist", "treasury"):
        assert outcome.requests_made == plan.least
    assert (again.status, again.objects) == ("unchanged", [])

"""The score of the checks: what was not judged never moves it, and its denominator stands beside it."""

from collections import Counter

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dbt_project.shapes import CHECK_RESULT

STATUSES = ("PASS", "FAIL", "N-A", "ERROR")
COUNTED = "engine, dimension, passed, failed, errors, blocking, judged, score, score_shown"


@pytest.fixture(scope="module")
def summarise(warehouse):
    """The published view over rows of our own: (status, engine, dimension, attempt, check) each."""
    (view,) = warehouse.execute(
        "select sql from duckdb_views() where schema_name = 'dq' and view_name = 'check_summary'"
    ).fetchone()
    con = duckdb.connect()
    con.execute("attach ':memory:' as work; use work; create schema dq")
    columns = ", ".join(f"{name} {kind}" for name, kind in CHECK_RESULT.items())
    con.execute(f"create table dq.check_result ({columns})")
    con.execute(view)

    def run(rows: list[tuple], select: str = COUNTED) -> list[tuple]:
        con.execute("delete from dq.check_result")
        told = [("2026-11-03", check, e, "a", d, "error", s, True, "", n, "2026-11-03") for s, e, d, n, check in rows]
        names = (
            "night_id, check_id, engine, asset, dimension, severity, status, is_blocking, message, attempt, known_from"
        )
        if told:
            con.executemany(f"insert into dq.check_result ({names}) values ({', '.join('?' * 11)})", told)
        return con.execute(f"select {select} from dq.check_summary order by all").fetchall()

    yield run
    con.close()


checks = st.lists(
    st.tuples(st.sampled_from(STATUSES), st.sampled_from(["dbt", "pandera"]), st.sampled_from(["x", "y"])), max_size=25
)


def _numbered(found: list[tuple], start: int = 0) -> list[tuple]:
    return [(*about, 1, f"c{n}") for n, about in enumerate(found, start)]


@settings(max_examples=60, deadline=None)
@given(judged=checks, beside=checks)
def test_checks_that_were_not_judged_never_change_a_score(summarise, judged, beside):
    rows = _numbered(judged)
    not_judged = [("N-A", e, d, 1, check) for _, e, d, _, check in _numbered(beside, len(rows))]
    before = {row[:2]: row[2:] for row in summarise(rows)}
    after = {row[:2]: row[2:] for row in summarise(rows + not_judged)}
    assert {key: after[key] for key in before} == before
    assert all(after[key][5] is None for key in after.keys() - before.keys()), "nothing judged has no score, not 0 or 1"


@settings(max_examples=60, deadline=None)
@given(found=checks)
def test_the_score_is_passed_of_passed_and_failed(summarise, found):
    rows = _numbered(found)
    totals = summarise(
        rows, "checks, passed, failed, not_applicable, errors, judged, score, score_shown, engine, dimension"
    )
    counts = Counter(status for status, *_ in found)
    for *numbers, shown, engine, dimension in totals:
        if (engine, dimension) == ("total", "total"):
            total, passed, failed, not_applicable, errors, judged, score = numbers
            assert (passed, failed, not_applicable, errors) == tuple(counts[s] for s in STATUSES)
            assert total == len(found) and judged == passed + failed and shown == f"{passed} of {judged}"
            assert score is None if judged == 0 else abs(float(score) - passed / judged) <= 0.00005


def test_only_the_last_attempt_of_a_check_counts(summarise):
    rows = [("FAIL", "dbt", "x", 1, "c"), ("ERROR", "dbt", "x", 2, "c"), ("PASS", "dbt", "x", 3, "c")]
    assert {row[-1] for row in summarise(rows)} == {"1 of 1"}


def test_the_built_summary_counts_a_mended_check_once(warehouse):
    assert warehouse.execute(
        "select checks, passed, failed, not_applicable, score_shown from dq.check_summary where engine = 'total' and dimension = 'total'"
    ).fetchall() == [(3, 2, 0, 1, "2 of 2")]

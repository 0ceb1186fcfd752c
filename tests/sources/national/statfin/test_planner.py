"""A query is split so that every cell is asked for once and no part is over the limit."""

from itertools import product
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.national.outcome import SourceError
from sources.national.statfin.planner import cells, split

SELECTIONS = st.lists(st.integers(1, 6), min_size=1, max_size=4).map(
    lambda sizes: {f"v{i}": tuple(f"{i}.{n}" for n in range(size)) for i, size in enumerate(sizes)}
)


def _cells(part):
    return list(product(*part.values()))


@given(SELECTIONS, st.integers(1, 200), st.permutations(["v0", "v1", "v2", "v3"]))
def test_parts_ask_for_each_cell_exactly_once_and_none_is_over_the_limit(selection, limit, order):
    parts = split(selection, limit, order)
    asked = [cell for part in parts for cell in _cells(part)]
    assert len(asked) == len(set(asked)) == cells(selection)
    assert set(asked) == set(_cells(selection))
    assert all(cells(part) <= limit for part in parts)
    assert all(list(part) == list(selection) for part in parts)


@given(SELECTIONS, st.integers(1, 200))
def test_a_query_under_the_limit_is_never_split(selection, limit):
    if cells(selection) <= limit:
        assert split(selection, limit, ()) == [selection]


@given(st.integers(1, 400), st.integers(1, 50))
def test_one_variable_is_cut_into_as_few_parts_as_the_limit_allows(size, limit):
    parts = split({"year": tuple(map(str, range(size)))}, limit, ["year"])
    assert len(parts) == ceil(size / limit)


def _values(count):
    return tuple(map(str, range(count)))


def test_a_full_year_of_the_population_table_fits_in_one_call_and_two_do_not():
    table = {"area": _values(309), "age": _values(102), "sex": _values(3), "year": _values(5), "contents": _values(1)}
    parts = split(table, 120_000, ["year", "sex"])
    assert [part["year"] for part in parts] == [(str(year),) for year in range(5)]
    assert {cells(part) for part in parts} == {94_554}


def test_a_table_too_large_for_one_year_is_cut_by_the_next_variable_too():
    projection = {"area": _values(310), "year": _values(22), "sex": _values(3), "age": _values(102)}
    parts = split(projection, 50_000, ["year", "sex"])
    assert len(parts) == 22 * 3
    assert all(len(part["area"]) == 310 and len(part["sex"]) == 1 for part in parts)


def test_a_limit_of_no_cells_and_a_variable_without_values_are_refused_in_one_line():
    with pytest.raises(SourceError, match="allows 0 cells"):
        split({"year": ("2025",)}, 0, ())
    with pytest.raises(SourceError, match="no value of variable sex"):
        split({"year": ("2025",), "sex": ()}, 10, ())

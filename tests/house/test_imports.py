"""Imports run one way, so that what comes in can be read, judged and kept without the floors above it."""

import ast

import pytest

from tests.house.files import FRAMEWORKS, REPOSITORY, ROOMS, label, modules, parsed


def imported(tree: ast.Module, package: str) -> set[str]:
    """Every module that a module imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def imports_of(path) -> set[str]:
    return imported(parsed(path), ".".join(path.relative_to(REPOSITORY).parent.parts))


def wrong(room: str, names: set[str]) -> set[str]:
    """What a module of `room` may not import: an upper room, the tests, the benchmarks; in sources a framework too."""
    forbidden = {*ROOMS[: ROOMS.index(room)], "tests", "benchmarks"} | (FRAMEWORKS if room == "sources" else set())
    # Great Expectations has a room of its own, and so has Dagster; the warehouse is SQL and files.
    forbidden |= {"warehouse": FRAMEWORKS, "expectations": {"dagster", "dagster_dbt", "dbt"}}.get(room, set())
    return {name for name in names if name.split(".")[0] in forbidden}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_no_room_above_it_and_no_framework_of_one(room):
    assert modules(room)
    found = {label(path): wrong(room, imports_of(path)) for path in modules(room)}
    assert {path: names for path, names in found.items() if names} == {}


def test_expectations_leave_the_warehouse_alone():
    """The gate judges a build that it is given; it does not know how one is made or published."""
    found = {label(p): {n for n in imports_of(p) if n.split(".")[0] == "warehouse"} for p in modules("expectations")}
    assert {path: names for path, names in found.items() if names} == {}


def test_the_simulator_is_known_to_the_night_alone():
    """What is made up enters through the inbox and loopback; nothing that reads or judges may know of it."""
    knowing = {
        label(path)
        for path in modules(*ROOMS)
        if "simulator" not in path.parts and any(name.startswith("sources.simulator") for name in imports_of(path))
    }
    assert knowing == {"orchestration/night.py"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import warehouse.sql", {"warehouse.sql"}),
        ("def f():\n    from orchestration import night", {"orchestration", "orchestration.night"}),
        ("if TYPE_CHECKING:\n    from dagster import asset", {"dagster", "dagster.asset"}),
        ("from tests.batch import Batch", {"tests.batch", "tests.batch.Batch"}),
    ],
)
def test_a_forbidden_import_is_found_wherever_it_stands(text, names):
    assert wrong("sources", imported(ast.parse(text), "sources")) == names


def test_a_relative_import_is_read_as_what_it_means():
    assert imported(ast.parse("from ..regional import rules"), "sources.national") == {
        "sources.regional",
        "sources.regional.rules",
    }

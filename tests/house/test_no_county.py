"""A county is data, never code: no module names one and none holds its code."""

import ast
import csv
import re

import pytest

from tests.house.files import REPOSITORY, ROOMS, label, modules, parsed

with (REPOSITORY / "dbt_project" / "seeds" / "raw__region.csv").open(encoding="utf-8", newline="") as file:
    REGIONS = [row for row in csv.DictReader(file) if row["kind"] not in ("whole_country", "mainland")]
COUNTED = re.compile(
    r"\b(hyvinvointialue|välfärdsområde|wellbeing services county|kaupunki|stad|City of|yhtymä|sammanslutningen|Group)\b"
)
NAMES = {
    name.strip(" -")
    for row in REGIONS
    for language in ("fi", "sv", "en")
    if (name := COUNTED.sub("", row[f"name_{language}"]))
}
# A code of digits alone may be a month, a day or a rule's digit wherever it is read; as a whole constant it is a county.
CODES = {row["region_code"] for row in REGIONS}
NAMED = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(NAMES, key=len, reverse=True)))
# What is no county: the time zone that Finland has, and Statistics Finland's own number and name of Åland as a collaborative area (it is none).
ALLOWED = {"Europe/Helsinki", "Ahvenanmaa"}


def naming(tree: ast.Module) -> list[str]:
    """The constants of a module, texts for people left out, that are a county's code or hold a county's name."""
    texts = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    constants = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts
    ]
    return [text for text in constants if text not in ALLOWED and (text in CODES or NAMED.search(text))]


def test_the_names_and_codes_looked_for_are_all_there():
    assert len(CODES) == 24 and len(NAMES) > 60
    assert {"Kainuun", "Lapland", "Norra Karelens", "Helsinki"} <= NAMES


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_names_a_county(room):
    # The simulator makes counties up and so may choose one by its code; what it makes is read by code that knows none.
    found = {label(path): naming(parsed(path)) for path in modules(room) if "simulator" not in path.parts}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_a_county_in_code_is_found_by_code_and_by_name():
    assert naming(ast.parse('if organiser_code == "05":\n    pass')) == ["05"]
    assert naming(ast.parse('x = "Kainuun hyvinvointialue"')) == ["Kainuun hyvinvointialue"]
    assert naming(ast.parse('"""Kainuun hyvinvointialue is told in a docstring."""\nx = "0512"')) == []

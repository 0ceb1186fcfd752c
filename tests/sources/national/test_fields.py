"""Every way in which a reply's fields can move is told by a code of its own; one that was added refuses counted rows, and no document."""

import json
from copy import deepcopy

import pytest

from sources.national.fields import NUMBER, Codes, Field, inventory_of, read_fields, require_fields
from sources.national.outcome import SourceError

SCHEMA = {
    "$defs": {
        "reply": {
            "type": "object",
            "required": ["rows"],
            "additionalProperties": False,
            "properties": {"rows": {"type": "array", "items": {"$ref": "#/$defs/row"}}},
        },
        "row": {
            "type": "object",
            "required": ["code", "name"],
            "additionalProperties": False,
            "properties": {
                "code": {"type": "string"},
                "name": {"type": "string"},
                "note": {"type": ["string", "null"]},
            },
        },
    }
}
GOOD = {"rows": [{"code": "05", "name": "Turku"}, {"code": "06", "name": "Pori", "note": None}]}


@pytest.fixture
def schema(tmp_path):
    path = tmp_path / "replies.schema.json"
    path.write_text(json.dumps(SCHEMA), encoding="utf-8")
    return path


def _changed(change):
    document = deepcopy(GOOD)
    change(document["rows"][1])
    return document


def test_a_reply_as_it_was_has_nothing_to_tell(schema):
    assert read_fields(schema, "reply", GOOD, "the list") == []


def test_an_added_field_is_told_once_and_the_reply_is_taken(schema):
    document = deepcopy(GOOD)
    for row in document["rows"]:
        row["colour"] = "red"
    assert read_fields(schema, "reply", document, "the list") == ["HVA-NAT-0-003: the list: field colour is new"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda row: row.pop("name"), "HVA-NAT-0-001: the list: field name of rows.… is gone"),
        (
            lambda row: row.update({"names": row.pop("name"), "x": 1}),
            "HVA-NAT-0-002: the list: field name of rows.… is gone and names is new: renamed",
        ),
        (lambda row: row.update(name=None), "HVA-NAT-0-004: the list: rows.….name is empty"),
        (lambda row: row.update(name=5), r"HVA-NAT-0-005: the list: rows.….name has another form \(int, string"),
        (lambda row: row.update(name={"fi": "Pori"}), r"HVA-NAT-0-005: the list: rows.….name has another form \(dict"),
    ],
    ids=["lost", "renamed", "null", "retyped", "nested"],
)
def test_a_field_that_moved_refuses_the_reply_in_one_line(schema, change, told):
    with pytest.raises(SourceError, match=told) as refused:
        read_fields(schema, "reply", _changed(change), "the list")
    assert str(refused.value).isprintable() and len(str(refused.value)) < 250


@pytest.mark.parametrize("document", [[], None, "down for maintenance", {"error": "x\n\x1b[31m"}])
def test_another_document_is_refused_without_its_control_characters(schema, document):
    with pytest.raises(SourceError, match="HVA-NAT-0-00[1245]") as refused:
        read_fields(schema, "reply", document, "the list")
    assert str(refused.value).isprintable()


KNOWN = {"code": Field(), "amount": Field(frozenset({NUMBER})), "note": Field(may_be_absent=True)}
CODES = Codes("HVA-X-0-001", "HVA-X-0-002", "HVA-X-0-003", "HVA-X-0-004")
COUNTED = [{"code": "05", "amount": 1}, {"code": "06", "amount": 2, "note": None}]


def test_counted_rows_with_the_fields_that_are_known_are_taken():
    require_fields("rows", inventory_of(COUNTED), len(COUNTED), KNOWN, CODES)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"code": "06"}, "HVA-X-0-003: 1 of 2 rows have no 'amount'"),
        ({"code": "06", "amount": None}, "HVA-X-0-003: 1 of 2 rows have no 'amount'"),
        ({"code": "06", "amount": "2"}, "HVA-X-0-004: 1 rows give 'amount' as text instead of number"),
        ({"code": "06", "amount": 2, "colour": "red"}, "HVA-X-0-002: rows have a field 'colour'"),
    ],
    ids=["absent", "null", "retyped", "added"],
)
def test_one_counted_row_that_differs_refuses_them_all_under_the_code_of_the_difference(row, told):
    rows = [COUNTED[0], row]
    with pytest.raises(SourceError, match=told):
        require_fields("rows", inventory_of(rows), len(rows), KNOWN, CODES)


def test_a_field_that_no_counted_row_has_is_gone_and_the_likest_of_those_that_came_is_named():
    rows = [{"code": "05", "amounts": 1, "x": "y"}]
    with pytest.raises(SourceError, match="HVA-X-0-001: rows have no field 'amount'; 'amounts' came"):
        require_fields("rows", inventory_of(rows), len(rows), KNOWN, CODES)
    with pytest.raises(SourceError, match="HVA-X-0-001: rows have no field 'amount'; the last good rows stay"):
        require_fields("rows", inventory_of([{"code": "05"}]), 1, KNOWN, CODES)

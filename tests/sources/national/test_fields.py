"""Every way in which a reply's fields can move is told by a code of its own; one that was added refuses nothing."""

import json
from copy import deepcopy

import pytest

from sources.national.fields import read_fields
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

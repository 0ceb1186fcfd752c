"""The contract model refuses what is not a sound ODCS contract, in one line that names the place."""

from pathlib import Path

import pytest
import yaml

from sources.contract import ContractError, load_contract

CONTRACTS = sorted((Path(__file__).parents[2] / "sources").glob("**/datasets/*.yml")) + sorted(
    p
    for p in (Path(__file__).parents[2] / "sources" / "national").glob("*/*.yml")
    if "apiVersion" in p.read_text(encoding="utf-8")
)
CARE_CONTACTS = Path(__file__).parents[2] / "sources/regional/datasets/care_contacts.yml"


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda p: p.stem)
def test_every_contract_is_valid_odcs_and_complete_in_three_languages(path):
    contract = load_contract(path)
    assert contract.columns and contract.rules and contract.key
    for element in (*contract.columns, contract):
        assert set(element.label) == {"fi", "sv", "en"}
    for rule in contract.rules:
        assert all(rule.text.values()) and all(rule.fix.values())
        assert rule.severity in {"file", "group", "record", "warning", "info"}


def test_the_columns_of_care_contacts_are_those_that_the_warehouse_names():
    contract = load_contract(CARE_CONTACTS)
    assert contract.key == ("contact_id",)
    assert contract.column("visit_duration_hours").sql_type == "DECIMAL(5,2)"
    assert contract.column("home_municipality_code").allowed_codes[0] == "005"
    assert contract.column("client_id").identifying and not contract.column("sex").identifying
    assert contract.rule("HVA-CC-1-007").text["en"] == "Year of birth: the value is not between 1900 and 2026."
    assert contract.rule("HVA-CC-1-006").text["fi"] == "Syntymävuosi: arvo ei ole kokonaisluku."
    with pytest.raises(KeyError):
        contract.column("name")


def test_a_rule_of_two_columns_names_both_unless_the_contract_says_it_in_its_own_words():
    referrals = load_contract(CARE_CONTACTS.with_name("specialised_care.yml"))
    assert referrals.rule("HVA-SC-1-024").text == {
        "fi": "Hoito aloitettu: päivä on ennen kohdan ”Jonoon asetettu” päivää.",
        "sv": "Vården inledd: dagen infaller före dagen i ”Ställd i kö”.",
        "en": "Treatment begun: the day is before that of “Entered the queue”.",
    }
    own = load_contract(CARE_CONTACTS).rule("HVA-CC-1-034")
    assert own.text["en"] == "The need was assessed before the contact was made."


def _mutated(tmp_path, change) -> Path:
    document = yaml.safe_load(CARE_CONTACTS.read_text(encoding="utf-8"))
    change(document)
    path = tmp_path / "care_contacts.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return path


def _drop_swedish(document):
    document["schema"][0]["properties"][0]["customProperties"][0]["value"].pop("sv")


def _repeat_id(document):
    document["schema"][0]["quality"][0]["id"] = "HVA-CC-1-001"


def _odd_id(document):
    document["schema"][0]["quality"][0]["id"] = "rule-7"


def _unknown_check(document):
    document["schema"][0]["quality"][0]["implementation"]["check"] = "looks_fine"


def _unknown_column(document):
    document["schema"][0]["quality"][0]["implementation"]["column"] = "nothing"


def _no_key(document):
    document["schema"][0]["properties"][0].pop("primaryKey")


def _name_of_the_desk(document):
    column = next(p for p in document["schema"][0]["properties"] if p["name"] == "reason_code")
    column["name"] = "kind"


def _range_without_rule(document):
    column = next(p for p in document["schema"][0]["properties"] if p["name"] == "birth_year")
    column["quality"] = [q for q in column["quality"] if q["implementation"]["check"] != "range"]


def _ended_codes_without_rule(document):
    rules = document["schema"][0]["quality"]
    rules[:] = [q for q in rules if q["implementation"]["check"] != "in_force"]


def _pair_without_example(document):
    rule = document["schema"][0]["quality"][0]
    rule["customProperties"] = [p for p in rule["customProperties"] if p["property"] != "example"]


def _example_of_another_dataset(document):
    example = next(p for p in document["schema"][0]["quality"][0]["customProperties"] if p["property"] == "example")
    example["value"]["bad"] = {"amount_eur": "1"}


def _unknown_field(document):
    document["kolumns"] = []


def _bad_dimension(document):
    document["schema"][0]["quality"][0]["dimension"] = "prettiness"


def _with(**extras):
    def change(document):
        document["schema"][0]["customProperties"] += [{"property": k, "value": v} for k, v in extras.items()]

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_with(in_force_from="1.10.2026"), "the day '1.10.2026' among its versions"),
        (_with(accepted_versions=[{"version": "0.9.0"}]), "the day None among its versions"),
        (_with(accepted_versions=["0.9.0"]), "accepted_versions needs a version and an until"),
        (_drop_swedish, "contact_id lacks a text"),
        (_repeat_id, "HVA-CC-1-001 is used by two rules"),
        (_odd_id, "rule-7"),
        (_unknown_check, "unknown check looks_fine"),
        (_unknown_column, "unknown column nothing"),
        (_no_key, "no primaryKey"),
        (_name_of_the_desk, "kind is a name that the desk uses itself"),
        (_range_without_rule, "birth_year declares range but has no rule"),
        (_ended_codes_without_rule, "home_municipality_code declares in_force but has no rule"),
        (_pair_without_example, "HVA-CC-1-034 has no example"),
        (_example_of_another_dataset, "HVA-CC-1-034 has no example, bad and good, of the contract's columns"),
        (_unknown_field, "kolumns"),
        (_bad_dimension, "prettiness"),
    ],
)
def test_a_bad_contract_is_refused_in_one_line_that_names_the_place(tmp_path, change, says):
    with pytest.raises(ContractError) as error:
        load_contract(_mutated(tmp_path, change))
    assert says in str(error.value) and "\n" not in str(error.value)
    assert str(error.value).startswith("care_contacts.yml: ")


def test_a_file_that_is_no_yaml_is_refused_by_name(tmp_path):
    path = tmp_path / "broken.yml"
    path.write_text("a: [1", encoding="utf-8")
    with pytest.raises(ContractError, match="broken.yml"):
        load_contract(path)

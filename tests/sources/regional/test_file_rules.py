"""The registry of rules about files: every code that the code refuses by is in it, with words for the sender in three languages."""

import re
from pathlib import Path

import pytest
import yaml

from sources.regional import file_rules as module
from sources.regional import sealing
from sources.regional.apply import LATE_AFTER_LOCK, UNCHANGED
from sources.regional.file_rules import SEVERITIES, file_rule, file_rules
from sources.regional.keys_only import UNKNOWN_KEY
from sources.regional.limits import limits
from sources.regional.manifest import MAX_BYTES
from sources.regional.poison import DEATHS
from sources.regional.rules import LINE_RULES

FOLDER = Path(module.__file__).parent


def test_each_rule_has_an_id_of_its_own_and_texts_in_three_languages():
    rules = file_rules()
    ids = [rule.id for rule in rules.values()]
    assert sorted(set(ids)) == ids
    for code, rule in rules.items():
        assert rule.code == code
        assert re.fullmatch(r"HVA-FILE-0-[0-9]{3}", rule.id)
        assert rule.severity in SEVERITIES
        for words in (rule.text, rule.fix):
            assert set(words) == {"fi", "sv", "en"}
            assert all(text.strip().endswith(".") for text in words.values())
        assert set(rule.example) == {"bad", "good"} and rule.example["bad"] != rule.example["good"]


def test_no_rule_says_anything_twice():
    """YAML takes the last of two, so that an old text may hide a new one."""

    def once(loader, node):
        keys = [loader.construct_object(key) for key, _ in node.value]
        assert len(keys) == len(set(keys)), keys
        return {
            key: loader.construct_object(value, deep=True) for key, (_, value) in zip(keys, node.value, strict=True)
        }

    loader = type("Once", (yaml.SafeLoader,), {})
    loader.add_constructor("tag:yaml.org,2002:map", once)
    for path in (FOLDER / "file_rules.yml", FOLDER / "holds" / "hold_rules.yml", *FOLDER.glob("datasets/*.yml")):
        yaml.load(path.read_text(encoding="utf-8"), loader)


def test_a_rule_that_names_a_bound_says_the_one_that_holds():
    assert DEATHS == 3 and "three times" in file_rule("READER_DIED").text["en"]
    assert file_rule("READER_DIED").example["bad"].startswith(f"{DEATHS} ")
    bounds = {
        "LIMIT_FILES": limits().files_per_delivery,
        "LIMIT_BYTES": limits().bytes_per_delivery,
        "LIMIT_ROWS": limits().rows_per_delivery,
        "LIMIT_COLUMNS": limits().columns,
    }
    for code, bound in bounds.items():
        assert re.sub(r"\D", "", file_rule(code).example["good"]).endswith(str(bound)), code
    assert re.sub(r"\D", "", file_rule("MANIFEST_SIZE").example["bad"]) == str(MAX_BYTES + 1)


def test_a_rule_is_found_by_code_and_by_id():
    assert file_rule("EMPTY") is file_rule("HVA-FILE-0-001")
    with pytest.raises(KeyError):
        file_rule("NO_SUCH")


def test_every_code_that_the_program_names_is_registered():
    named = set(LINE_RULES) | {"TRUNCATED", "TRAILING_DELIMITER", UNKNOWN_KEY, UNCHANGED, LATE_AFTER_LOCK, sealing.RULE}
    for path in FOLDER.glob("*.py"):
        named |= set(re.findall(r'(?:Refused|Cut|_refused_at)\(\s*"([A-Z_]+)"', path.read_text("utf-8")))
    assert named == file_rules().keys()

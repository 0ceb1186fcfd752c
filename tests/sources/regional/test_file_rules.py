"""The registry of rules about files: every code that the code refuses by is in it, with words for the sender in three languages."""

import re
from pathlib import Path

import pytest

from sources.regional import file_rules as module
from sources.regional import sealing
from sources.regional.apply import LATE_AFTER_LOCK, UNCHANGED
from sources.regional.file_rules import SEVERITIES, file_rule, file_rules
from sources.regional.keys_only import UNKNOWN_KEY
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


def test_a_rule_is_found_by_code_and_by_id():
    assert file_rule("EMPTY") is file_rule("HVA-FILE-0-001")
    with pytest.raises(KeyError):
        file_rule("NO_SUCH")


def test_every_code_that_the_program_names_is_registered():
    named = set(LINE_RULES) | {"TRUNCATED", "TRAILING_DELIMITER", UNKNOWN_KEY, UNCHANGED, LATE_AFTER_LOCK, sealing.RULE}
    for path in FOLDER.glob("*.py"):
        named |= set(re.findall(r'(?:Refused|Cut|_refused_at)\(\s*"([A-Z_]+)"', path.read_text("utf-8")))
    assert named == file_rules().keys()

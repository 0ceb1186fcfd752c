"""Each known defect is mended by the rule named for it, and what is no defect is left alone."""

import pytest

from sources.national.sotkanet.cleaning import SEXES, TEXT_RULES, clean_levels, clean_sexes, clean_text, unit_defect


@pytest.mark.parametrize(
    ("sent", "mended", "rules"),
    [
        ("municipality\x92s share \x96 all", "municipality’s share – all", ("control_characters",)),
        ("a\x81b\x00c\x8d", "abc", ("control_characters",)),
        ("half \ud83d of a pair", "half of a pair", ("control_characters", "blanks")),
        ("one.<br />two.<BR>three", "one.\ntwo.\nthree", ("html",)),
        ("<p id=suhteutus>Suhteutus</p> ", "Suhteutus", ("html", "blanks")),
        ("<UL><LI>first</LI><LI>second</LI></UL>", "- first\n- second", ("html", "blanks")),
        ('<a href="https://thl.fi?a=1&amp;b=2">THL</a> &amp; Kela', "THL & Kela", ("html",)),
        ("title  with\xa0blanks ", "title with blanks", ("blanks",)),
        (" ", None, ("blanks",)),
        ("<br /> ", None, ("html", "blanks")),
    ],
)
def test_a_defect_is_mended_and_told_by_its_rule(sent, mended, rules):
    assert clean_text(sent) == (mended, rules)
    assert clean_text(mended) == (mended, ())


@pytest.mark.parametrize(
    "text",
    [
        "Kuolleisuus / 100 000 asukasta",
        "alle viisi (<5) tapausta",
        "x < y ja y > z",
        "a <b and c> d",
        "Terveydelle suotuisat elintavat (%), 20 - 69-vuotiaat",
        "Vårddygn i åldrarna 75 år och över",
        "first\nsecond\n\nthird",
    ],
)
def test_what_is_no_defect_stays_letter_for_letter(text):
    assert clean_text(text) == (text, ())


def test_no_text_is_no_defect_and_every_rule_says_what_it_mends():
    assert clean_text(None) == clean_text("") == (None, ())
    assert len({rule.name for rule in TEXT_RULES}) == len(TEXT_RULES)
    assert all(rule.about for rule in TEXT_RULES)


def test_the_county_that_the_list_lacks_is_taken_from_the_finnish_text():
    found, wrong = clean_levels(["Kunta", "Maa"], "Kunta, hyvinvointialue, yhteistyöalue, koko maa")
    assert found == ("KUNTA", "HYVINVOINTIALUE", "YTA", "MAA")
    assert wrong == ("level_list_differs_from_text",)


@pytest.mark.parametrize(
    ("listed", "words", "found", "wrong"),
    [
        ([], "Hyvinvointialue", ("HYVINVOINTIALUE",), ("level_list_differs_from_text",)),
        (["Kunta", "Kunta"], "kunta", ("KUNTA",), ("level_list_repeats",)),
        (["Kunta", "Maa"], None, ("KUNTA", "MAA"), ()),
        (["Erva", "Nuts1"], "erityisvastuualue, Manner-Suomi/Ahvenanmaa", ("ERVA", "NUTS1"), ()),
        (["Kunta", "Saaristo"], "", ("KUNTA",), ("level_unknown",)),
        ([], "", (), ()),
    ],
)
def test_lists_of_levels_that_are_empty_repeated_or_unknown_are_told(listed, words, found, wrong):
    assert clean_levels(listed, words) == (found, wrong)


@pytest.mark.parametrize(
    ("listed", "asked", "wrong"),
    [
        (["male", "female", "total"], SEXES, ()),
        (["total"], ("total",), ()),
        (["female"], ("female",), ()),
        ([], SEXES, ("sex_empty",)),
        (None, SEXES, ("sex_absent",)),
        (["all", "total"], ("total",), ("sex_unknown",)),
    ],
)
def test_sexes_are_asked_for_as_told_and_all_where_none_are_told(listed, asked, wrong):
    assert clean_sexes(listed) == (asked, wrong)


def test_a_unit_that_the_title_contradicts_is_reported_and_not_changed():
    assert unit_defect("Terveydelle suotuisat elintavat (%), 20 - 69-vuotiaat", "INDEKSI") == (
        "unit_disagrees_with_title",
    )
    assert unit_defect("Työttömät, % työvoimasta", "PROS") == unit_defect("Työttömät, % työvoimasta", None) == ()
    assert unit_defect("Kuolleisuus / 100 000 asukasta", "PER100000") == ()

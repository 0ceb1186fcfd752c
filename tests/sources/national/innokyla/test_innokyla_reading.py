"""A page's block is read by its labels, whatever elements they stand in, and what differs is told by the label's name. Pages are hand-made: the markup was never seen."""

import re
import time

import pytest

from sources.national.innokyla.facts import extract_of
from sources.national.innokyla.kinds import kinds
from sources.national.innokyla.rules import page_rules
from sources.national.outcome import SourceError

MODEL = kinds()["operating_model"]
GOOD = {
    "Toimintamallin nimi": "Etävastaanotto kotiin",
    "Toimintamallin lyhyt kuvaus": "Lyhyt kuvaus",
    "Toteutuspaikka": "Kunta A",
    "Paikkakunta, maakunta tai hyvinvointialue": "",
    "Toimintamallin rahoittaja": "STM",
    "Toimintamallin kokonaisuus": "",
    "Tekijä": "Malli Mallikas",
    "Luotu": "15.06.2020",
    "Viimeksi muokattu": "05.12.2023",
}
# How a pair and its block may be marked up: which of these the service does, if any, nobody of this project has seen.
MARKUPS = {
    "definitions": ("<h2>Perustiedot</h2><dl>{}</dl>", "<dt>{}</dt><dd>{}</dd>"),
    "fields": ("<div><button><svg><title>icon</title></svg>Perustiedot</button></div><div>{}</div>", "<div><div class=l>{}</div><div class=i>{}</div></div>"),
    "table": ("<h3>Perustiedot</h3><table>{}</table>", "<tr><th>{}</th><td>{}</td></tr>"),
    "headings": ("<h2>Perustiedot</h2>{}", "<h3>{}:</h3><p>{}</p>"),
    "unclosed": ("<h2>Perustiedot</h2><dl>{}", "<dt>{}<dd>{}"),
}  # fmt: skip


def page(pairs=None, markup="definitions", after="<h2>Ratkaisun perusidea **</h2><p>Muuta.</p>") -> bytes:
    block, pair = MARKUPS[markup]
    pairs = list((GOOD if pairs is None else pairs).items()) if not isinstance(pairs, list) else pairs
    shown = block.format("".join(pair.format(*one) for one in pairs))
    return f"<!DOCTYPE html><title>Perustiedot</title><main><h1>Nimi</h1><p>Johdanto</p>{shown}{after}</main>".encode()


def facts(body: bytes) -> dict[str, str]:
    extract, _ = extract_of(body, "utf-8", MODEL)
    return {fact["label"]: fact["value"] for fact in extract["facts"].values()}


@pytest.mark.parametrize("markup", MARKUPS)
def test_labels_are_read_by_their_text_whatever_elements_they_stand_in(markup):
    assert facts(page(markup=markup)) == {name: value for name, value in GOOD.items() if name != "Tekijä"}


@pytest.mark.parametrize("markup", MARKUPS)
def test_labels_are_read_in_any_order_and_blanks_are_nothing(markup):
    turned = {name: f" {value}\n\t" for name, value in reversed(GOOD.items())}
    assert facts(page(turned, markup)) == facts(page())


def test_the_author_is_in_nothing_that_is_kept_and_may_be_absent():
    extract, notes = extract_of(page(), "utf-8", MODEL)
    assert "Mallikas" not in str(extract) and extract["not_kept"] == ["Tekijä"] and notes == []
    without, _ = extract_of(page({n: v for n, v in GOOD.items() if n != "Tekijä"}), "utf-8", MODEL)
    assert without["facts"] == extract["facts"]


def test_addresses_and_numbers_of_persons_are_masked_in_what_is_kept():
    told = "Kysy: malli.mallikas@example.fi, 040 123 4567"
    assert facts(page(GOOD | {"Toimintamallin lyhyt kuvaus": told}))["Toimintamallin lyhyt kuvaus"] == "Kysy: ***, ***"


def test_a_value_of_several_paragraphs_is_one_text():
    several = GOOD | {"Toimintamallin lyhyt kuvaus": "<p>Yksi.</p><p>Kaksi <b>kolme</b>.</p><script>x</script>"}
    assert facts(page(several))["Toimintamallin lyhyt kuvaus"] == "Yksi. Kaksi kolme."


def test_a_new_label_is_told_and_its_value_is_not_kept():
    body = page([*list(GOOD.items())[:2], ("Yhteyshenkilö", "Malli Mallikas"), *list(GOOD.items())[2:]])
    extract, notes = extract_of(body, "utf-8", MODEL)
    assert notes == ["HVA-INN-0-012: The page has a label that is not known; its value is not kept: 'Yhteyshenkilö'"]
    assert "Mallikas" not in str(extract) and len(extract["facts"]) == 8


def test_a_renamed_author_label_is_told_by_the_label_and_never_by_the_name():
    renamed = {("Kirjoittaja" if name == "Tekijä" else name): value for name, value in GOOD.items()}
    extract, notes = extract_of(page(renamed), "utf-8", MODEL)
    assert "Kirjoittaja" in notes[0] and "Mallikas" not in str((extract, notes))


def test_a_further_title_like_that_of_the_block_ends_it():
    assert facts(page(after="<h2>Uusi osio</h2><p>Muuta.</p>"))["Viimeksi muokattu"] == "05.12.2023"


def change(**pairs: str) -> bytes:
    return page(GOOD | {name.replace("_", " "): value for name, value in pairs.items()})


def without(name: str, *more: tuple[str, str]) -> bytes:
    return page([*((n, v) for n, v in GOOD.items() if n != name), *more])


# By the code of its rule: a page that breaks it, and what else the line says.
BROKEN = {
    "NO_BLOCK": (b"<html><body><h1>Kirjaudu sis\xc3\xa4\xc3\xa4n</h1></body></html>", ""),
    "ENCODING": (page().decode().encode("latin-1"), "utf-8"),
    "ALIKE": (page(markup="definitions").replace(b"dd>", b"dt>"), "7 of 7"),
    "LABEL_GONE": (without("Luotu", ("Luontipäivä", "15.06.2020")), "'Luotu'; 'Luontipäivä' is new: was it renamed?"),
    "VALUE_EMPTY": (change(Toimintamallin_nimi=""), "'Toimintamallin nimi'"),
    "DATE_RETYPED": (change(Luotu="2020-06-15"), "'Luotu' is '2020-06-15'"),
    "LABEL_TWICE": (page([*GOOD.items(), ("Luotu", "16.06.2020")]), "'Luotu'"),
    "DATES_BACKWARDS": (change(Viimeksi_muokattu="14.06.2020"), "2020-06-14 before 2020-06-15"),
    "VALUE_LONG": (change(Toimintamallin_rahoittaja="a " * 3000), "'Toimintamallin rahoittaja'"),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_page_that_breaks_a_rule_is_refused_by_its_id_and_names_the_label(code):
    body, told = BROKEN[code]
    with pytest.raises(SourceError) as refused:
        extract_of(body, "utf-8", MODEL)
    line = str(refused.value)
    assert line.startswith(f"{page_rules()[code].id}: ") and told in line
    assert line.isprintable() and len(line) < 300 and "Mallikas" not in line


def test_every_rule_of_a_page_is_tried_here_or_is_about_robots_or_is_only_told():
    told = {code for code, rule in page_rules().items() if rule.severity == "warning"}
    assert set(page_rules()) == {*BROKEN, "DISALLOWED", "LONG_DELAY"} | told
    assert [rule.id for rule in page_rules().values()] == sorted(rule.id for rule in page_rules().values())
    assert all(re.fullmatch(r"HVA-INN-0-\d{3}", rule.id) and rule.level == 0 for rule in page_rules().values())


@pytest.mark.parametrize("bad", ["1.2.2024", "31.02.2024", "15.06.20", "15/06/2020", "15.06.2020 klo 12", "eilen"])
def test_only_a_true_day_of_two_two_and_four_digits_is_a_date(bad):
    with pytest.raises(SourceError, match="HVA-INN-0-014"):
        extract_of(change(Luotu=bad), "utf-8", MODEL)


@pytest.mark.parametrize("kept", range(1, 9))
def test_a_page_that_is_cut_anywhere_in_the_block_is_refused(kept):
    block = page(list(GOOD.items())[:kept], after="").removesuffix(b"</dl></main>")
    with pytest.raises(SourceError, match="HVA-INN-0-011"):
        extract_of(block, "utf-8", MODEL)


@pytest.mark.parametrize("body", [b"<div>" * 50_000, b"<p>a" * 50_000, b"<" * 200_000, b"&lt;" * 50_000])
def test_a_page_made_to_be_slow_is_refused_in_bounded_time(body):
    began = time.process_time()
    with pytest.raises(SourceError, match="HVA-INN-0-004"):
        extract_of(body, "utf-8", MODEL)
    assert time.process_time() - began < 10


def test_a_rule_has_texts_and_examples_in_order():
    for rule in page_rules().values():
        assert rule.severity in ("file", "warning")
        assert set(rule.example) == {"bad", "good"} and rule.example["bad"] != rule.example["good"]

"""Drawings are whole SVG, say what is absent, and let nothing through from a name."""

from xml.etree import ElementTree

import pytest

from orchestration import pictures

NASTY = '<script>alert("ä")</script> & co'


def texts(svg: str) -> list[str]:
    return [e.text for e in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text") if e.text]


def rectangles(svg: str) -> int:
    return len(list(ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}rect"))) - 1  # the ground


@pytest.mark.parametrize(
    "svg",
    [
        pictures.bars(NASTY, {NASTY: 1.0}, note=NASTY),
        pictures.months(NASTY, [NASTY], {NASTY: {NASTY: 1}}, note=NASTY),
        pictures.sparkline(NASTY, {NASTY: 1}, note=NASTY),
        pictures.bars("nothing", {}),
        pictures.months("nothing", [], {}),
        pictures.sparkline("nothing", {}),
    ],
)
def test_a_drawing_is_well_formed_and_its_names_are_text(svg):
    assert "<script" not in svg
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_an_absent_value_is_told_and_is_no_bar_of_zero():
    svg = pictures.bars("t", {"a": 2.0, "b": None, "c": 0.0})
    assert "no figure" in texts(svg) and "0" in texts(svg)
    assert rectangles(svg) == 2


def test_a_month_that_a_sender_lacks_is_marked():
    svg = pictures.months("t", ["2026-07", "2026-08"], {"05": {"2026-07": 10}, "06": {}})
    assert texts(svg).count("×") == 3
    assert rectangles(svg) == 1


def test_the_longest_sender_name_fits_before_the_bars():
    from sources.regional.catalogue import counties

    longest = max(len(f"{code} {county.name['fi']}") for code, county in counties().items())
    assert longest * 6.2 < pictures.LEFT, "some 6 px a character at this size"

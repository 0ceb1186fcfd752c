"""A sender's report in a real browser: one language at a time, usable by keyboard, readable, whole on a narrow screen.

Skipped where no Chromium is installed.
"""

from datetime import UTC, datetime

import pytest

from sources.regional import catalogue
from sources.regional.check import check
from sources.simulator.calendar import HELSINKI
from tests.batch import parcel
from tests.browser import CHROMIUM, SHOWN, outside
from tests.spoiled import Text

MADE = datetime(2026, 9, 10, 8, 15, tzinfo=HELSINKI)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
LANGUAGES = {"fi": "Korjaa nämä", "sv": "Rätta dessa", "en": "Mend these"}
FOCUS = "document.activeElement"
# Of every element that shows text of its own: the ratio of its colour to the first background behind it, by WCAG's formula; the lowest.
CONTRAST = """
(() => {
  const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const shown = [...document.querySelectorAll('main *')].filter(e => e.offsetParent && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
  return Math.min(...shown.map(e => { const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); }));
})()
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The report of a delivery with several causes, one of them hostile."""
    text = Text(parcel("05", 1, MADE))
    lines = text.clean(30)
    for number in lines[:20]:
        text.put(number, "sex", "X")
    for number in lines[20:24]:
        text.put(number, "birth_year", "1850")
    text.put(lines[25], "unit_id", "<script>document.title = 'run'</script>")
    sent, folder = text.packed(), tmp_path_factory.mktemp("report")
    for file in sent.files:
        (folder / file.name).write_bytes(file.data)
    manifest = folder / sent.manifest_name
    manifest.write_bytes(sent.manifest_bytes())
    known = catalogue.dataset_contracts(), catalogue.counties()
    files = [folder / file.name for file in sent.files]
    done = check(files, manifest, "05", folder / "out", *known, at=datetime(2026, 9, 12, tzinfo=UTC))
    return f"file://{done.folder}/{done.receipt_id}.html"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_shows_one_language_the_one_that_the_address_names(page, browser, language):
    seen = browser.open(f"{page}#{language}")
    assert seen.complaints == [] and [url for url in outside(seen) if not url.startswith("file:///")] == []
    assert [code for code, words in LANGUAGES.items() if words in seen.text] == [language]
    assert seen.title != "run"
    assert browser.value(SHOWN) == language


def test_without_a_language_in_the_address_it_is_finnish(page, browser):
    seen = browser.open(page)
    assert LANGUAGES["fi"] in seen.text and LANGUAGES["en"] not in seen.text


def test_the_keyboard_reaches_the_skip_link_first_then_the_languages_then_what_scrolls(page, browser):
    browser.open(page)
    browser.press("Tab")
    assert browser.value(f"{FOCUS}.getAttribute('href')") == "#mend-fi"
    assert browser.value(f"{FOCUS}.getBoundingClientRect().left >= 0"), "the skip link shows when it has the focus"
    browser.press("Tab")
    assert browser.value(f"[{FOCUS}.getAttribute('href'), {FOCUS}.lang].join()") == "#sv,sv"
    browser.press("Tab")
    assert browser.value(f"{FOCUS}.getAttribute('href')") == "#en"
    browser.press("Tab")
    assert browser.value(f"{FOCUS}.getAttribute('role')") == "region"
    assert browser.value(f"getComputedStyle({FOCUS}).outlineStyle") == "solid"


def test_the_keyboard_changes_the_language_and_stays_in_it_on_the_way_to_a_rule(page, browser):
    browser.open(page)
    for _ in range(2):
        browser.press("Tab")
    browser.press("Enter", settle=0.3)
    assert browser.value(SHOWN) == "sv"
    for _ in range(12):
        browser.press("Tab")
        if (browser.value(f"{FOCUS}.getAttribute('href')") or "").startswith("#sv-HVA"):
            break
    else:
        raise AssertionError("no link to a rule was reached")
    browser.press("Enter", settle=0.3)
    assert browser.value("location.hash").startswith("#sv-HVA") and browser.value(SHOWN) == "sv"


def test_the_skip_link_leads_to_what_is_to_be_mended(page, browser):
    browser.open(page)
    browser.press("Tab")
    browser.press("Enter", settle=0.3)
    assert browser.value("document.querySelector(':target').id") == "mend-fi"
    assert browser.value("document.querySelector('#fi').offsetParent !== null")


@pytest.mark.parametrize("width", [390, 1200])
def test_the_page_fits_the_screen_and_wide_tables_scroll_in_themselves(page, browser, width):
    browser.open(page, width=width)
    assert browser.value("document.documentElement.scrollWidth <= window.innerWidth")


# What takes part in no picture must not be seen on any screen: it is cut to nothing, wherever it stands.
SEEN = """
[...document.querySelectorAll('.unseen, .skip')].filter(e => { const s = getComputedStyle(e), b = e.getBoundingClientRect();
  return e.offsetParent && !(s.clipPath === 'inset(50%)' && s.overflow === 'hidden' && b.width <= 1 && b.height <= 1); }).length
"""


@pytest.mark.parametrize("width", [320, 390, 1200])
def test_what_is_for_screen_readers_alone_shows_on_no_screen(page, browser, width):
    browser.open(page, width=width)
    assert browser.value(SEEN) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(page, browser, scheme):
    browser.prefer(scheme)
    browser.open(page)
    assert browser.value(CONTRAST) >= 4.5

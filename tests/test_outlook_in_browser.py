"""The outlook beside a report in a real browser: one language at a time, usable by keyboard, whole on a narrow screen, and asking for nothing.

Skipped where no Chromium is installed.
"""

import pytest

from sources.simulator.calendar import business_time
from tests.batch import Batch, parcel
from tests.browser import CHROMIUM, SHOWN, outside
from tests.spoiled import Spoiled
from tests.test_report_in_browser import CONTRAST, FOCUS, MADE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
LANGUAGES = {"fi": ("Luvut, joihin", "Asiakkaita"), "sv": ("De siffror", "Klienter"), "en": ("The figures", "Clients")}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Of a month that was accepted."""
    batch = Batch(tmp_path_factory.mktemp("outlook") / "home")
    batch.put(Spoiled(parcel("05", 1, MADE)))
    assert batch.night(business_time(1)).statuses == {"accepted": 1}
    (found,) = (batch.home.reports / "05").glob("*.outlook.html")
    return f"file://{found}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_shows_one_language_and_asks_for_nothing(page, browser, language):
    seen = browser.open(f"{page}#{language}")
    assert seen.complaints == [] and [url for url in outside(seen) if not url.startswith("file:///")] == []
    assert browser.value(SHOWN) == language
    for code, words in LANGUAGES.items():
        assert all((word in seen.text) == (code == language) for word in words), code


def test_the_keyboard_changes_the_language_and_reaches_the_report_in_it_and_both_tables(page, browser):
    browser.open(page)
    browser.press("Tab")
    assert browser.value(f"[{FOCUS}.getAttribute('href'), {FOCUS}.lang].join()") == "#sv,sv"
    browser.press("Enter", settle=0.3)
    assert browser.value(SHOWN) == "sv"
    for _ in range(3):
        browser.press("Tab")
        if (browser.value(f"{FOCUS}.getAttribute('href')") or "").endswith(".html#sv"):
            break
    else:
        raise AssertionError("no link to the report was reached")
    for _ in range(2):
        browser.press("Tab")
        assert browser.value(f"{FOCUS}.getAttribute('role')") == "region"
        assert browser.value(f"getComputedStyle({FOCUS}).outlineStyle") == "solid"


@pytest.mark.parametrize("width", [320, 390, 1200])
def test_the_page_fits_the_screen_and_no_heading_is_broken_within_a_word(page, browser, width):
    browser.open(page, width=width)
    assert browser.value("document.documentElement.scrollWidth <= window.innerWidth")
    widths = "[...document.querySelectorAll('#fi tbody th:not(.month)')].map(e => e.getBoundingClientRect().width)"
    assert min(browser.value(widths)) >= 160


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(page, browser, scheme):
    browser.prefer(scheme)
    browser.open(page)
    assert browser.value(CONTRAST) >= 4.5

"""Every page that a night leaves opens in a real browser, asks for nothing outside, and shows what it should.

The night is a small one; a manifest that says nothing stands for the rejected deliveries. Skipped where no Chromium is installed.
"""

import functools
import http.server
import json
import re
import threading

import pytest

from sotevarasto.dev import pages_server
from sources.home import Home
from tests import small_night
from tests.browser import CHROMIUM, outside

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = Home.open(tmp_path_factory.mktemp("pages") / "home", "simulated")
    (home.inbox / "05").mkdir()
    (home.inbox / "05" / "empty.manifest.json").write_text("{}", encoding="utf-8")
    done = small_night.run(home.root)
    assert done.returncode == 0, done.stdout + done.stderr
    return home


def _served(server: http.server.ThreadingHTTPServer):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="module")
def address(home):
    server = pages_server(home, 0)
    yield _served(server)
    server.shutdown()


def test_the_browser_sees_a_request_that_leaves_the_machine_and_a_script_that_fails(tmp_path, browser):
    (tmp_path / "bad.html").write_text(
        '<title>bad</title><p>shown</p><img src="http://198.51.100.7/x.png"><script src="https://cdn.example.org/a.js"></script><script>nowhere()</script>'
    )
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    seen = browser.open(f"{_served(server)}/bad.html")
    server.shutdown()
    assert sorted(outside(seen)) == ["http://198.51.100.7/x.png", "https://cdn.example.org/a.js"]
    assert any("nowhere is not defined" in line for line in seen.complaints)
    assert "shown" in seen.text


def pages(home: Home) -> list[str]:
    return sorted(
        p.relative_to(home.reports).as_posix() for p in home.reports.rglob("*") if p.suffix in (".html", ".svg")
    )


def test_a_night_leaves_every_kind_of_page(home):
    kinds = {page.split("/")[0] if "/" in page else page for page in pages(home)}
    assert kinds == {"index.html", "dbt", "nights", "05", "16", "17"}
    assert any(page.endswith(".svg") for page in pages(home))


def own_complaints(complaints: list[str]) -> list[str]:
    """Without the icon that every browser asks for, and the pictures that dbt's page names before it has filled its templates."""
    return [line for line in complaints if not re.search(r"404 .*(/favicon\.ico|/dbt/(%7B%7B|\$%7B)\S*)", line)]


def test_no_page_asks_for_anything_outside_fails_in_a_script_or_is_empty(home, browser, address):
    for page in pages(home):
        seen = browser.open(f"{address}/{page}")
        assert outside(seen) == [], page
        assert own_complaints(seen.complaints) == [], page
        assert len(seen.text.split()) > 5, page


def test_pages_fit_a_narrow_screen(home, browser, address):
    """Wide tables scroll in themselves, the page does not."""
    for page in (p for p in pages(home) if p.endswith(".html") and not p.startswith("dbt")):
        browser.open(f"{address}/{page}", width=390)
        assert browser.value("document.documentElement.scrollWidth <= window.innerWidth"), page


def test_the_index_leads_to_the_suites_and_to_dbts_page(home, browser, address):
    seen = browser.open(f"{address}/index.html")
    assert "2026-11-02" in seen.text
    links = browser.value("[...document.links].map(a => a.href)")
    assert sum("/gx/" in link for link in links) == 2 and any(link.endswith("/dbt/index.html") for link in links)
    for link in {link.split("#")[0] for link in links}:
        assert (home.reports / link.removeprefix(f"{address}/")).is_file(), link


@pytest.mark.parametrize(
    ("language", "word"), [("fi", "Hoitokontaktit"), ("sv", "Vårdkontakter"), ("en", "Care contacts")]
)
def test_the_calendar_speaks_the_language_that_is_chosen_and_scrolls_by_keyboard(
    home, browser, address, language, word
):
    (page,) = home.reports.glob("nights/*/deliveries.html")
    browser.open(f"{address}/{page.relative_to(home.reports).as_posix()}")
    browser.value(f"document.getElementById('show-{language}').click()")
    assert word in browser.value("document.body.innerText")
    shown = "[...document.querySelectorAll('td [lang]')].filter(e => e.offsetParent).map(e => e.lang)"
    assert set(browser.value(shown)) == {language}
    focused = "(document.querySelector('.scroll').focus(), document.activeElement.className)"
    assert browser.value(focused) == "scroll"


def test_a_suites_page_shows_every_check_with_its_verdict(home, browser, address):
    for told in sorted(home.reports.glob("nights/*/gx/*.json")):
        document = json.loads(told.read_text(encoding="utf-8"))
        page = told.with_suffix(".html").relative_to(home.reports).as_posix()
        text = browser.open(f"{address}/{page}").text
        for check in document["checks"]:
            assert check["id"] in text, check["id"]
        assert document["title"]["fi"] in text


def test_a_rejected_delivery_and_faulty_rows_are_told_with_their_mend(home, browser, address):
    told = {
        p: json.loads(p.with_suffix(".jsonl").read_text(encoding="utf-8").partition("\n")[0])
        for p in home.reports.glob("*/*.html")
        if p.with_suffix(".jsonl").exists()
    }
    rejected = next(p for p, facts in told.items() if facts["status"] == "rejected")
    faulty = next(p for p, facts in told.items() if facts["status"] == "accepted" and facts["rows"]["quarantined"])
    for page, word in ((rejected, re.escape(told[rejected]["rule"])), (faulty, r"HVA-\w+-1-\d+")):
        assert re.search(word, browser.open(f"{address}/{page.relative_to(home.reports).as_posix()}").text)


def test_dbts_page_draws_a_model_from_what_it_carries_itself(browser, address):
    seen = browser.open(f"{address}/dbt/index.html#!/model/model.sotevarasto.mart__minimum_dataset", settle=3)
    assert outside(seen) == []
    assert "minimum_dataset" in seen.text and "indicator_code" in seen.text

"""The pages open anywhere: nothing from outside, every value escaped, status told by words."""

import json
import re
from html.parser import HTMLParser

import duckdb
import pytest

from expectations.gate import run_suite
from expectations.model import Known
from expectations.pages import write_pages
from expectations.suites import accepted_contacts, minimum_dataset
from tests.expectations.conftest import CONTACTS

EVIL = "<script>alert(1)</script>&\"'"


class Seen(HTMLParser):
    """Tags, links and visible text of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.links, self.text = set(), [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [v for k, v in attrs if k in ("href", "src", "action", "data")]
        assert not [k for k, _ in attrs if k.startswith("on") or k == "style"]

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def outcomes():
    """A night with every status: one sender with an evil code, a broken column, a share out of bounds; run once for all tests."""
    with duckdb.connect() as contacts:
        contacts.execute(CONTACTS)
        return _damaged(contacts)


def _damaged(contacts):
    contacts.execute("update accepted set organiser_code = $evil where organiser_code = '12'", {"evil": EVIL})
    contacts.execute("update accepted set urgency = 'non_urgent'")
    contacts.execute("alter table accepted drop visit_duration_hours")
    return run_suite(contacts, accepted_contacts(), "accepted", Known({("05", "2026-06"): 100}))


@pytest.fixture
def page(tmp_path, outcomes):
    return write_pages(tmp_path, "2026-11-03", accepted_contacts(), outcomes, synthetic=True)


def test_the_page_lies_where_the_ui_links_to(tmp_path, page):
    assert page == tmp_path / "nights" / "2026-11-03" / "gx" / "accepted_contacts.html"
    assert (page.stat().st_mode & 0o777) == 0o600


def test_nothing_comes_from_outside_and_there_is_no_script(tmp_path, page):
    for path in (page, tmp_path / "index.html"):
        html = path.read_text(encoding="utf-8")
        seen = Seen(html)
        assert not re.search(r"(https?:)?//[a-z]", html)
        assert "@import" not in html
        assert "url(" not in html
        assert not seen.tags & {"script", "link", "img", "iframe", "object", "form", "base"}
        assert all(not link.startswith(("http", "//", "/", "data:", "javascript:")) for link in seen.links)


def test_values_are_escaped_and_shown_as_they_are(page):
    html = page.read_text(encoding="utf-8")
    assert "<script>" not in html
    assert EVIL in Seen(html).text


def test_status_is_told_by_word_in_three_languages(page, outcomes):
    text = Seen(page.read_text(encoding="utf-8")).text
    for status in {o.status for o in outcomes}:
        assert status in text
    for words in ("täyttyy", "uppfylls", "as expected", "ei voitu suorittaa", "kunde inte utföras", "could not be run"):
        assert words in text
    for heading in ("Tarkistukset · Kontroller · Checks", "Havaittu ·Observerat ·Observed", "Rajat ·Gränser ·Bounds"):
        assert heading in text


def test_the_page_tells_numbers_bounds_reasons_and_the_mend(page, outcomes):
    text = Seen(page.read_text(encoding="utf-8")).text
    for outcome in outcomes:
        assert outcome.id in text
        assert outcome.bounds_reason in text
        for language in outcome.reasons:
            assert outcome.reasons[language] in text
        if outcome.status in ("FAIL", "ERROR"):
            assert outcome.fix["sv"] in text


def test_what_did_not_pass_comes_first(page):
    html = page.read_text(encoding="utf-8")
    rows = re.findall(r'<tr id="([^"]+)">\s*<td class="status ([A-Z-]+)">', html)
    assert len(rows) == len(accepted_contacts().expectations)
    assert [s for _, s in rows] == sorted((s for _, s in rows), key=["ERROR", "FAIL", "N-A", "PASS"].index)


def test_synthetic_data_are_called_so(tmp_path, page, outcomes):
    assert "synthetic data" in page.read_text(encoding="utf-8")
    real = write_pages(tmp_path, "2026-11-04", accepted_contacts(), outcomes, synthetic=False)
    assert "synthetic data" not in real.read_text(encoding="utf-8")


def test_a_night_that_may_not_be_published_says_so(page):
    assert "this night is not published" in page.read_text(encoding="utf-8")


def test_the_index_lists_nights_newest_first_and_suites_with_their_counts(tmp_path, page, outcomes, mart):
    write_pages(
        tmp_path,
        "2026-11-04",
        minimum_dataset(),
        run_suite(mart, minimum_dataset(), "mart.minimum_dataset"),
        synthetic=True,
    )
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert html.index("2026-11-04") < html.index("2026-11-03")
    links = [v for v in Seen(html).links if v.endswith(".html")]
    assert links == ["nights/2026-11-04/gx/minimum_dataset.html", "nights/2026-11-03/gx/accepted_contacts.html"]
    assert all((tmp_path / link).is_file() for link in links)
    assert "estetty · blockerad · blocked" in html
    assert "sallittu · tillåten · allowed" in html


def test_a_damaged_night_does_not_stop_the_index(tmp_path, page, outcomes):
    for name, content in (("half", '{"suite": '), ("other", "[]"), ("empty", "")):
        folder = tmp_path / "nights" / f"2026-10-{name}" / "gx"
        folder.mkdir(parents=True)
        (folder / "accepted_contacts.json").write_text(content)
    write_pages(tmp_path, "2026-11-03", accepted_contacts(), outcomes, synthetic=True)
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert html.count("Cannot be read") == 3
    assert "2026-11-03" in html


def test_the_json_beside_the_page_holds_the_same_outcomes(page, outcomes):
    document = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert [c["status"] for c in document["checks"]] == [o.status for o in outcomes]
    assert sum(document["counts"].values()) == len(outcomes)


def test_the_same_night_again_writes_the_same_bytes(tmp_path, page, outcomes):
    first = page.read_bytes(), (tmp_path / "index.html").read_bytes()
    write_pages(tmp_path, "2026-11-03", accepted_contacts(), outcomes, synthetic=True)
    assert (page.read_bytes(), (tmp_path / "index.html").read_bytes()) == first

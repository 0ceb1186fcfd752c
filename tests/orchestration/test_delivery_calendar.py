"""The calendar of deliveries as a night tells it: in the summary, as reminders and alerts, on the terminal, and as a page."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from orchestration import delivery_calendar
from orchestration.alert import reasons
from orchestration.night import Night
from sotevarasto import calendar_view
from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.regional.catalogue import counties, dataset_contracts
from tests.warehouse.made import World, night

OPENED = datetime(2026, 9, 5, tzinfo=UTC)


@pytest.fixture
def world(tmp_path):
    home = Home.open(tmp_path / "home", "simulated")
    with Ledger(home.ledger) as ledger:
        made = World(home, ledger)
        for code in counties():
            made.accept(f"a-{code}", OPENED, rows=2, organiser=code, period="2026-08")
            if code != "05":
                made.accept(f"b-{code}", night(3), rows=2, organiser=code, period="2026-10")
        made.receive("rejected", night(4), period="2026-10")
        made.verdict("rejected", night(4), "rejected")
        yield made


def the_night(world: World, at: datetime) -> Night:
    return Night(
        world.home, "simulated", at, at.date().isoformat(), 1, world.ledger, Landing(world.home.landing), lambda _: None
    )


def told(world: World, day: int) -> dict:
    for earlier in range(day - 1, day + 1):
        world.ledger.append("night", f"2026-11-{earlier:02d}", {"day": None, "profile": "simulated"}, night(earlier))
    return delivery_calendar.summary_of(the_night(world, night(day)))


def contacts_of_october(reminders: list[dict]) -> list[dict]:
    return [r for r in reminders if (r["dataset"], r["period"]) == ("care_contacts", "2026-10")]


def test_the_summary_holds_a_cell_for_each_sender_dataset_and_month(world):
    summary = told(world, 10)
    cells = {(c["organiser_code"], c["dataset"], c["period"]): c["status"] for c in summary["delivery_status"]}
    assert len(cells) == len(summary["delivery_status"])
    assert cells["06", "care_contacts", "2026-10"] == "complete"
    assert cells["05", "care_contacts", "2026-10"] == "due"
    # Nothing came for September, and that is said and no zero.
    assert cells["06", "care_contacts", "2026-09"] == "late"


@pytest.mark.parametrize(("day", "kind"), [(14, "before"), (16, "today"), (19, "overdue")])
def test_who_lacks_a_usable_delivery_is_reminded_and_who_has_delivered_is_not(world, day, kind):
    (one,) = contacts_of_october(told(world, day)["reminders"])
    assert one == {
        "organiser_code": "05",
        "dataset": "care_contacts",
        "period": "2026-10",
        "due_on": "2026-11-16",
        "kind": kind,
        "last_delivery_status": "rejected",
    }


def test_a_day_between_reminds_nobody(world):
    assert told(world, 15)["reminders"] == []


def test_only_what_is_three_days_overdue_calls_for_a_person_one_line_a_month(world):
    quiet = {"outcome": "unchanged", "reason": "", "sources": [], "problems": []}
    assert reasons(quiet | told(world, 16)) == []
    found = reasons(quiet | told(world, 19))
    assert {one["code"] for one in found} == {"delivery_overdue"}
    texts = [one["text"] for one in found]
    assert "care_contacts of 2026-10 was due on 2026-11-16 and nothing usable has come from 05" in texts
    assert len(texts) == len(set(texts)) == len(dataset_contracts())  # of the others everyone lacks everything


def test_the_terminal_shows_a_letter_a_month_and_never_a_zero(world):
    summary = told(world, 17)
    headings, rows = calendar_view.rows(summary["delivery_status"])
    letters = {row[0]: dict(zip([h.split()[0] for h in headings[1:]], row[1:], strict=True)) for row in rows}
    assert headings[0] == "sender" and headings[1].startswith("care_contacts 2026-08 – 2026-10")
    assert letters["05"] == dict.fromkeys(dataset_contracts(), "L L L") | {"care_contacts": "C L L"}
    assert letters["06"] == dict.fromkeys(dataset_contracts(), "L L L") | {"care_contacts": "C L C"}
    assert all(letter in calendar_view.LEGEND for row in rows for cell in row[1:] for letter in cell.split())


def test_a_reminder_is_one_line_a_month_with_what_became_of_the_last_delivery(world):
    lines = list(calendar_view.reminder_lines(told(world, 14)["reminders"]))
    (line,) = [line for line in lines if "care_contacts" in line]
    assert line == "remind: care_contacts of 2026-10 is due on 2026-11-16; nothing usable from 05 (rejected)"


class Page(HTMLParser):
    """Rows of the heat map's tables: for each cell its class and the words that a screen reader says, by language."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.cells: list[dict] = []
        self.hidden = False
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "td" and attributes.get("class") in (*delivery_calendar.SIGNS, "none"):
            self.cells.append({"class": attributes["class"], "sign": "", "words": {}})
        self.hidden = attributes.get("aria-hidden") == "true"
        self.language = attributes.get("lang", "")

    def handle_data(self, data):
        if self.cells and data.strip():
            if self.hidden and not self.cells[-1]["sign"]:
                self.cells[-1]["sign"] = data
            elif self.language in ("fi", "sv", "en"):
                self.cells[-1]["words"].setdefault(self.language, data)


@pytest.fixture
def page(world):
    path = delivery_calendar.write_page(the_night(world, night(17)))
    return (world.home.reports / path).read_text(encoding="utf-8")


def test_every_cell_of_the_page_has_a_sign_and_words_in_three_languages_beside_its_colour(page):
    cells = Page(page).cells
    owed = sum(len(county.dialects) for county in counties().values())
    assert len([cell for cell in cells if cell["class"] != "none"]) == 3 * owed
    for cell in cells:
        names = delivery_calendar.NAMES.get(cell["class"], delivery_calendar.NOTHING)
        assert cell["words"] == names
        assert cell["sign"] == delivery_calendar.SIGNS.get(cell["class"], "·")
    assert len(set(delivery_calendar.SIGNS.values())) == len(delivery_calendar.SIGNS)


def test_the_page_is_self_contained_can_be_reached_by_keyboard_and_prints(page):
    assert "<script" not in page and not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    assert page.count('<div class="scroll" tabindex="0" role="region" aria-labelledby=') == page.count(
        '<div class="scroll"'
    )
    assert "@media print" in page and 'scope="row"' in page and 'scope="col"' in page


def test_the_index_leads_to_the_newest_calendar(world):
    for day in (3, 17):
        delivery_calendar.write_page(the_night(world, night(day)))
    index = (world.home.reports / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'href="(nights/[^"]+/deliveries\.html)"', index) == ["nights/2026-11-17/deliveries.html"]


def test_before_any_delivery_the_page_says_so(tmp_path):
    assert "No delivery is expected yet" in delivery_calendar.page_of("2026-11-02", [], synthetic=False)

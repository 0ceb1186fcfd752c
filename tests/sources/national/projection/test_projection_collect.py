"""The projection over real loopback: its own edition and division on every row, and what is refused."""

import polars as pl

from sources.simulator.national import NationalServer
from sources.simulator.national.projection import PROJECTED
from tests.sources.national.conftest import SEED, BentServer, rewritten

YEARS = [f"population_projection/2024/{year}" for year in PROJECTED]


def test_the_first_night_keeps_one_snapshot_a_year_of_the_edition_in_one_request_each(desk):
    with NationalServer(day=0, seed=SEED) as server:
        outcome = desk.projection(server)
        again = desk.projection(server, day=1)
    assert (outcome.status, outcome.objects, outcome.reason) == ("new", YEARS, None)
    assert outcome.rows == len(YEARS) * 310 * 102 * 3
    assert outcome.requests_made == outcome.requests_minimum == 2 + len(YEARS)
    # Limits, metadata and the one cell that tells the release.
    assert (again.status, again.requests_made) == ("unchanged", 3)


def test_every_row_says_its_edition_and_the_division_of_its_areas(desk):
    with NationalServer(day=0, seed=SEED) as server:
        desk.projection(server)
    (body,) = desk.snapshots("population_projection/2024/2040")
    frame = desk.rows(body)
    assert frame.select("edition", "division_year", "year").unique().rows() == [(2024, 2024, 2040)]
    assert {"588", "507", "091", "SSS"} <= set(frame["area_code"])
    assert frame["origin"].unique().to_list() == ["synthetic"]
    assert frame.filter(pl.struct("area_code", "sex", "age_years").is_duplicated()).height == 0


def test_population_and_projection_of_one_service_do_not_touch_each_other(desk):
    with NationalServer(day=0, seed=SEED) as server:
        desk.projection(server)
        assert desk.population(server).status == "new"
        assert desk.projection(server, day=1).status == "unchanged"
    assert desk.snapshots("population/2024")[0]["area_variable"] == "alue_23_20260101"
    assert desk.snapshots("population_projection/2024/2024")[0]["area_variable"] == "alue_23_20240101"


def test_a_division_that_is_not_told_is_refused_and_not_guessed(desk):
    def without_stamp(request, response):
        return rewritten(response, _renamed) if request.target.endswith("14wx.px") else response

    def _renamed(document):
        for variable in document.get("variables", ()):
            if variable["code"] == "alue_23_20240101":
                variable["code"] = "Alue"
        if "id" in document:
            document["id"] = ["Alue" if code.startswith("alue_") else code for code in document["id"]]
            document["dimension"] = {
                "Alue" if code.startswith("alue_") else code: d for code, d in document["dimension"].items()
            }
            document["role"]["geo"] = ["Alue"]
        return document

    class Renaming(BentServer):
        """Takes the new name in a query too, as a server that had renamed its variable would."""

        def respond_pxweb(self, request):
            body = request.body.replace(b'"Alue"', b'"alue_23_20240101"')
            return super().respond_pxweb(type(request)(request.method, request.target, request.headers, body))

    with Renaming(without_stamp) as server:
        outcome = desk.projection(server)
    assert outcome.status == "failed"
    assert "HVA-PRJ-0-001: the area variable Alue does not say the year of its municipal division" in outcome.reason
    assert desk.snapshots() == []


def test_another_edition_than_the_settings_name_is_not_taken_for_it(desk):
    def next_edition(request, response):
        def renamed(document):
            for variable in document.get("variables", ()):
                variable["values"] = [v.replace("_e24", "_e26") for v in variable["values"]]
            return document

        return rewritten(response, renamed) if request.method == "GET" and "14wx" in request.target else response

    with BentServer(next_edition) as server:
        outcome = desk.projection(server)
    assert outcome.status == "failed" and "vaesto_e24" in outcome.reason

"""How the simulated Sotkanet describes an indicator, with the defects that the real descriptions were seen to have.

Belongs here: the reply of `/indicators/{id}` and the item of the list. Titles are real where the catalogue says they were seen as they are; every other text is made
up. Does not belong here: figures and the protocol.
"""

from __future__ import annotations

from typing import Any

from sources.national.sotkanet.catalogue import Indicator
from sources.simulator.national.sotkanet_figures import DECIMALS, RESTATED_ID, levels_of, sexes_of, years_of

RELEASED, RESTATED = "2026-02-17", "2026-11-02"
_VALUE_TYPES = {
    "percent": "PROS",
    "per_1000": "PER1000",
    "per_10000": "PER10000",
    "per_100000": "PER100000",
    "index": "INDEKSI",
    "eur_per_resident": "EUROA",
    "persons": "LKM",
    "days": "PAIVA",
    "ratio": "SUHDE",
    "years": "VUOSI",
}
_LEVEL_TEXTS = {
    "KUNTA": "kunta",
    "MAAKUNTA": "maakunta",
    "HYVINVOINTIALUE": "hyvinvointialue",
    "YTA": "yhteistyöalue",
    "SAIRAANHOITOPIIRI": "sairaanhoitopiiri",
    "ERVA": "erityisvastuualue",
    "NUTS1": "Manner-Suomi/Ahvenanmaa",
    "MAA": "koko maa",
    "SEUTUKUNTA": "seutukunta",
    "ALUEHALLINTOVIRASTO": "aluehallintoviraston alue",
    "SUURALUE": "suuralue",
}
_TITLES_WITH_BLANKS = frozenset({3336, 5033})
_WRONG_AREA_TYPE = 4559
_THL = {
    "id": 2,
    "title": {
        "fi": "Terveyden ja hyvinvoinnin laitos (THL)",
        "en": "Institute for Health and Welfare (THL)",
        "sv": "Institutet för hälsa och välfärd (THL)",
    },
}
_MADE_UP = {
    "fi": "Simuloitu kuvaus, ei THL:n teksti.<br /><br />Indikaattori: {name}.<p id=suhteutus>Väestösuhteutus on simuloitu.</p> ",
    "sv": "Simulerad beskrivning, inte THL:s text.<UL><LI>Indikator: {name}</LI><LI>siffrorna är syntetiska</LI></UL>",
    "en": "Simulated description, not THL\x92s text.<br />Indicator: {name}. Figures are synthetic unless said otherwise; &lt;5 cases are not shown.",
}


def updated_of(indicator: Indicator, restated: bool) -> str:
    """`data-updated` of an indicator."""
    return RESTATED if restated and indicator.indicator_id == RESTATED_ID else RELEASED


def item(indicator: Indicator) -> dict[str, Any]:
    """As the list of indicators shows it."""
    classes = _classifications(indicator)
    return {
        "id": indicator.indicator_id,
        "title": _title(indicator),
        "organization": _THL,
        "classifications": {
            "sex": {"values": classes.get("sex", {}).get("values", [])},
            "region": {"values": classes["region"]["values"]},
        },
    }


def description(indicator: Indicator, restated: bool) -> dict[str, Any]:
    """The reply of `/indicators/{id}`."""
    first, last = years_of(indicator)
    made_up = {language: text.format(name=indicator.name_fi) for language, text in _MADE_UP.items()}
    blank = {"fi": " ", "en": "", "sv": ""}
    return {
        "id": indicator.indicator_id,
        "data-updated": updated_of(indicator, restated),
        "range": {"start": first, "end": last},
        "title": _title(indicator),
        "description": made_up,
        "interpretation": blank,
        "limits": {
            "fi": "Tietosuojan vuoksi alle viiden tapauksen kuntakohtaisia tietoja ei julkisteta. ",
            "en": "No municipality level data with less than five cases are published. ",
            "sv": "Om antalet fall i kommunen är färre än fem, publiceras inte uppgifterna. ",
        },
        "legislation": blank,
        "notices": blank,
        "primaryValueType": {"code": _VALUE_TYPES[indicator.unit], "title": blank},
        "decimals": DECIMALS.get(indicator.unit, 1),
        "classifications": _classifications(indicator),
        "organization": _THL,
        "subjects": [],
        "sources": [],
        "groups": [],
    }


def _title(indicator: Indicator) -> dict[str, str]:
    """Titles; where none was seen in Swedish or English, it is blank, as some of the service's texts are."""
    tail = " " if indicator.indicator_id in _TITLES_WITH_BLANKS else ""
    return {
        "fi": indicator.name_fi + tail,
        "en": indicator.name_en or " ",
        "sv": indicator.name_sv + tail,
    }


def _classifications(indicator: Indicator) -> dict[str, Any]:
    """Sexes, ages and regions. The list of regions never has the counties although text and rows do; sexes may be empty or not there at all."""
    levels = levels_of(indicator)
    text = ", ".join(_LEVEL_TEXTS[level] for level in levels)
    in_english = {"fi": text, "en": text, "sv": text}
    if indicator.indicator_id == _WRONG_AREA_TYPE:
        in_english["en"] = "region, special responsibility area, whole country"
    listed = [level.capitalize() for level in levels if level not in ("HYVINVOINTIALUE", "YTA")]
    if indicator.indicator_id % 5 == 0:
        listed += listed[:1]
    if indicator.indicator_id % 7 == 0:
        listed = []
    classes: dict[str, Any] = {
        "sex": {"title": {"fi": "", "en": "", "sv": ""}, "values": list(reversed(sexes_of(indicator)))},
        "age": {"title": {"fi": "", "en": "", "sv": ""}, "values": []},
        "region": {"title": in_english, "values": listed},
    }
    if indicator.indicator_id % 11 == 0:
        del classes["sex"], classes["age"]
    elif indicator.indicator_id % 3 == 0 and len(sexes_of(indicator)) == 1:
        classes["sex"]["values"] = []
    return classes

"""Tables are found in lists of addresses, by what stands round a number that moves from year to year."""

import pytest

from sources.national.classifications.listing import find_tables, listed_pairs, pairs_digest, table_path
from sources.national.outcome import SourceError

HOST = "https://data.stat.fi/api/classifications/v2/correspondenceTables"


def _listed(*local_ids):
    return [f"{HOST}/{local_id.replace('#', '%23')}?format=json" for local_id in local_ids]


def test_tables_are_found_by_year_and_target_whatever_their_number():
    listed = _listed(
        "toimiala_1_20020101#toimiala_1_20080101",
        "kunta_1_20260101#hyvinvointialue_3_20260101",
        "hyvinvointialue_3_20260101#kunta_1_20260101",
        "kunta_1_20250101#yhteistyoalue_12_20250101",
        "kunta_1_20250101#maakunta_1_20250101",
        "kunta_1_20250101#hyvinvointialue_1_20260101",
    )
    assert find_tables(listed) == {
        (2026, "hyvinvointialue"): "kunta_1_20260101#hyvinvointialue_3_20260101",
        (2025, "yhteistyoalue"): "kunta_1_20250101#yhteistyoalue_12_20250101",
    }


def test_the_hash_of_a_table_is_sent_encoded():
    assert table_path("kunta_1_20260101#x_1_20260101") == "correspondenceTables/kunta_1_20260101%23x_1_20260101/maps"


def test_two_tables_for_one_year_are_not_chosen_between():
    listed = _listed("kunta_1_20260101#hyvinvointialue_1_20260101", "kunta_1_20260101#hyvinvointialue_2_20260101")
    with pytest.raises(SourceError, match="2026 to hyvinvointialue"):
        find_tables(listed)


def test_pairs_are_the_same_in_any_order_and_under_any_host():
    table = "kunta_1_20260101#hyvinvointialue_3_20260101"
    listed = _listed(f"{table}/maps/005/16", f"{table}/maps/091/90")
    other = [address.replace("data.stat.fi", "api.stat.fi").replace("?format=json", "") for address in reversed(listed)]
    assert listed_pairs(listed, table) == listed_pairs(other, table) == pairs_digest([("091", "90"), ("005", "16")])
    assert listed_pairs(listed[:1], table) != listed_pairs(listed, table)


@pytest.mark.parametrize("listed", [[], {}, "x", [{"sourceItem": {}}], [None]])
def test_what_is_no_list_of_addresses_is_refused(listed):
    with pytest.raises(SourceError, match="no list of addresses"):
        find_tables(listed)


def test_the_list_of_tables_in_place_of_the_maps_is_noticed():
    with pytest.raises(SourceError, match="none of its own"):
        listed_pairs(
            _listed("kunta_1_20260101#hyvinvointialue_3_20260101"), "kunta_1_20260101#hyvinvointialue_3_20260101"
        )

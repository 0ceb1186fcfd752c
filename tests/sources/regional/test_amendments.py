"""Deliveries that change a month: deltas and deletes. The slice is always the whole month, and says which delivery brought each row."""

import pytest
from amendments import DELTA, THIRD, counts, delete, keys_only, last, numbers, report, rows, tombstones
from deliveries import AT, MANY, NEXT, Desk, contact, contacts, written

from sources.regional.catalogue import counties
from sources.regional.file_rules import file_rule
from sources.regional.holds.answers import RELEASE, Person, answer, waiting

# A delta


def test_a_delta_replaces_rows_of_its_keys_and_adds_the_others(month, second_opinion):
    full = last(month)
    month.send([contact(3, sex="male"), contact(MANY + 1)], name="delta", **DELTA)
    month.night(NEXT)
    verdict = last(month)
    assert (verdict["status"], verdict["rows_received"], verdict["rows_accepted"]) == ("accepted", 2, 2)
    assert counts(verdict) == (MANY, 1, 1, MANY - 1, 0, MANY + 1)
    assert verdict["slice"]["rows"] == MANY + 1
    assert numbers(month, verdict) == set(range(1, MANY + 2))
    first, second = month.events("receipt")
    brought = {int(row[0][-8:]): row[1:] for row in rows(month, verdict)}
    assert brought[3] == ("male", second)
    assert brought[MANY + 1] == ("female", second)
    assert {receipt for key, (_, receipt) in brought.items() if key not in (3, MANY + 1)} == {first}
    assert verdict["made_of"] == [first, second]
    assert rows(month, full, "contact_id, sex")[2] == ("C-2026-00000003", "female"), "the earlier slice stays as it was"


def test_a_row_keeps_the_file_and_the_line_that_brought_it(month):
    month.send([contact(3, sex="male")], name="delta", **DELTA)
    month.night(NEXT)
    places = {int(row[0][-8:]): row[1:] for row in rows(month, last(month), "contact_id, file_name, line_number")}
    assert places[3] == ("delta.csv", 2)
    assert places[4] == ("delivery.csv", 5)


def test_a_delta_of_a_delta_stands_on_all_before_it(month):
    month.send([contact(3, sex="male")], name="a", **DELTA)
    month.night(NEXT)
    month.send([contact(4, sex="male")], name="b", **DELTA | {"sequence": 3})
    month.night(THIRD)
    assert counts(last(month)) == (MANY, 0, 1, MANY - 1, 0, MANY)
    assert [row[1] for row in rows(month, last(month))][2:4] == ["male", "male"]
    assert last(month)["made_of"] == list(month.events("receipt"))


def test_a_delta_that_says_nothing_new_changes_nothing(month):
    month.send([contact(3)], name="delta", **DELTA)
    month.night(NEXT)
    assert (last(month)["status"], last(month)["is_unchanged"], last(month)["slice"]) == ("accepted", True, None)
    assert len(month.slices()) == 1


@pytest.mark.parametrize("mode", ["delta", "delete"])
def test_without_a_full_month_before_it_an_amendment_is_refused(desk, mode):
    desk.put({"a.csv": (keys_only([1]), 1)}, mode=mode)
    desk.night()
    assert (desk.verdict()["status"], desk.verdict()["rule"]) == ("rejected", file_rule("NO_BASE").id)
    assert desk.slices() == {}


def test_a_full_month_and_its_delta_may_come_in_one_night(desk, tmp_path):
    desk.send(contacts(MANY))
    desk.send([contact(3, sex="male")], name="delta", **DELTA)
    desk.night()
    assert desk.statuses() == ["accepted", "accepted"]
    assert counts(last(desk)) == (MANY, 0, 1, MANY - 1, 0, MANY)
    apart = Desk(tmp_path / "apart")
    apart.send(contacts(MANY))
    apart.night()
    apart.send([contact(3, sex="male")], name="delta", **DELTA)
    apart.night(NEXT)
    assert rows(apart, last(apart), "contact_id, sex") == rows(desk, last(desk), "contact_id, sex")


@pytest.mark.parametrize("changes", [{"sample_share": "0.02"}, {"origin": "reported"}])
def test_a_delta_of_another_share_or_origin_than_the_month_is_refused(month, changes):
    month.send([contact(3, sex="male")], name="delta", **DELTA | changes)
    month.night(NEXT)
    assert (last(month)["status"], last(month)["rule"]) == ("rejected", file_rule("BASE_DIFFERS").id)


def test_faulty_rows_of_a_delta_go_to_quarantine_and_leave_the_month_alone(month):
    changed = [contact(n, sex="male") for n in range(1, 21)]
    changed[4]["birth_year"] = "10.6"
    month.send(changed, name="delta", **DELTA)
    month.night(NEXT)
    assert counts(last(month)) == (MANY, 0, 19, MANY - 19, 0, MANY)
    assert last(month)["rows_quarantined"] == 1
    assert dict(row[:2] for row in rows(month, last(month)))["C-2026-00000005"] == "female"


def test_redone_from_landing_a_delta_gives_the_same_bytes(month, tmp_path, monkeypatch):
    month.send([contact(3, sex="male"), contact(999)], name="delta", **DELTA)
    delete(month, [7], 3)
    month.night(NEXT)
    other = Desk(tmp_path / "other")
    other.send(contacts(MANY))
    other.night()
    other.send([contact(3, sex="male"), contact(999)], name="delta", **DELTA)
    delete(other, [7], 3)
    other.night(NEXT)
    assert other.slices() == month.slices()


# A delete


def test_a_delete_takes_rows_away_and_leaves_tombstones(month, second_opinion):
    delete(month, [2, 5], 2)
    month.night(NEXT)
    verdict = last(month)
    assert (verdict["status"], verdict["rows_received"], verdict["rows_accepted"]) == ("accepted", 2, 2)
    assert counts(verdict) == (MANY, 0, 0, MANY - 2, 2, MANY - 2)
    assert numbers(month, verdict) == set(range(1, MANY + 1)) - {2, 5}
    second = list(month.events("receipt"))[1]
    assert tombstones(month, verdict) == [
        ("C-2026-00000002", second, "gone.csv", 2),
        ("C-2026-00000005", second, "gone.csv", 3),
    ]


def test_a_delete_of_an_unknown_key_is_a_faulty_record_with_its_line_and_rule(month):
    delete(month, [*range(1, 20), 500], 2)
    month.night(NEXT)
    verdict, rule = last(month), file_rule("UNKNOWN_KEY").id
    assert (verdict["status"], verdict["rows_accepted"], verdict["rows_quarantined"]) == ("accepted", 19, 1)
    assert {"rule": rule, "column": "contact_id", "failed": 1, "applicable": 20} in verdict["rule_counts"]
    (error,) = [e for e in report(month)["errors"] if e["rule"] == rule]
    told = ("gone.csv", 21, "C-2026-00000500")
    assert (error["file"], error["line"], error["value"]) == told
    assert counts(verdict) == (MANY, 0, 0, MANY - 19, 19, MANY - 19)


def test_a_delete_of_mostly_unknown_keys_is_refused_and_takes_nothing_away(month):
    before = month.slices()
    delete(month, [1, 500], 2)
    month.night(NEXT)
    assert (last(month)["status"], last(month)["rule"]) == ("rejected", file_rule("QUARANTINE_SHARE").id)
    assert last(month)["slice"] is None
    assert month.slices() == before
    assert month.leftovers() == []


def test_a_delete_with_other_columns_than_the_key_is_refused(month):
    month.send([contact(1)], name="gone", mode="delete", sequence=2)
    month.night(NEXT)
    assert last(month)["rule"] == file_rule("HEADER_EXTRA").id


def test_delete_then_upsert_brings_the_row_back_and_its_tombstone_goes(month):
    delete(month, [2, 5], 2)
    month.night(NEXT)
    month.send([contact(2, sex="male")], name="delta", mode="delta", sequence=3)
    month.night(THIRD)
    verdict = last(month)
    assert counts(verdict) == (MANY - 2, 1, 0, MANY - 2, 0, MANY - 1)
    assert ("C-2026-00000002", "male") in rows(month, verdict, "contact_id, sex")
    assert [row[0] for row in tombstones(month, verdict)] == ["C-2026-00000005"]


def test_upsert_then_delete_takes_the_row_away(month):
    month.send([contact(2, sex="male"), contact(999)], name="delta", **DELTA)
    month.night(NEXT)
    delete(month, [2, 999], 3)
    month.night(THIRD)
    assert numbers(month, last(month)) == set(range(1, MANY + 1)) - {2}
    assert [row[0] for row in tombstones(month, last(month))] == ["C-2026-00000002", "C-2026-00000999"]


@pytest.mark.parametrize("in_one_night", [True, False])
@pytest.mark.parametrize(("first", "second"), [("male", "unknown"), ("unknown", "male")])
def test_of_two_upserts_the_one_with_the_higher_sequence_holds(month, first, second, in_one_night):
    month.send([contact(2, sex=first)], name="a", **DELTA)
    if not in_one_night:
        month.night(NEXT)
    month.send([contact(2, sex=second)], name="b", **DELTA | {"sequence": 3})
    month.night(NEXT if in_one_night else THIRD)
    assert ("C-2026-00000002", second) in rows(month, last(month), "contact_id, sex")


def test_upserted_twice_with_one_sequence_the_second_is_refused(month):
    month.send([contact(2, sex="male")], name="a", **DELTA)
    month.night(NEXT)
    month.send([contact(2, sex="unknown")], name="b", **DELTA)
    month.night(THIRD)
    assert last(month)["rule"] == file_rule("SEQ").id


def test_a_key_deleted_twice_is_unknown_the_second_time(month):
    delete(month, [2], 2)
    month.night(NEXT)
    delete(month, [2, *range(10, 30)], 3, name="again")
    month.night(THIRD)
    assert last(month)["rows_quarantined"] == 1
    assert len(tombstones(month, last(month))) == 21


def test_a_full_month_begins_anew_without_tombstones(month):
    delete(month, [2], 2)
    month.night(NEXT)
    month.send(contacts(MANY), name="whole", sequence=3)
    month.night(THIRD)
    assert counts(last(month)) == (MANY - 1, 1, 0, MANY - 1, 0, MANY)
    assert "tombstones" not in last(month)


def test_costs_are_deleted_by_their_five_keys_and_an_unknown_one_is_told_as_sent(desk):
    header = counties()["05"].dialects["costs"]
    sent_by = {ours: sent for sent, ours in header.columns.items()}
    key = ("service_class_code", "account_code", "production_mode", "item_scope", "hus_share")
    as_sent = {name: {ours: sent for sent, ours in header.codes.get(name, {}).items()} for name in key}

    def line(account: str, *more: str) -> str:
        values = dict(zip(key, ("2536", account, "own", "external", "none"), strict=True))
        cells = {n: as_sent[n].get(v, v) for n, v in values.items()} | dict(
            zip(("cost_month", "amount_eur"), more, strict=False)
        )
        return header.delimiter.join(cells[c] for c in header.columns.values() if c in cells)

    def file(lines: list[str], names) -> bytes:
        heading = header.delimiter.join(sent_by[c] for c in header.columns.values() if c in names)
        return ("\n".join([heading, *lines]) + "\n").encode(header.encoding)

    from sources.reference import code_list

    accounts = list(code_list("account"))[:12]
    month = "2026-08-01" if header.date_format is None else AT.replace(month=8, day=1).strftime(header.date_format)
    told = {"dataset": "costs", "sample_share": "1"}
    sign = {a: "-10,00" if a.startswith("3") else "10,00" for a in accounts}
    amounts = [line(a, month, sign[a].replace(",", header.decimal)) for a in accounts]
    desk.put({"all.csv": (file(amounts, [*key, "cost_month", "amount_eur"]), len(amounts))}, **told)
    desk.night()
    assert desk.verdict()["rows_quarantined"] == 0
    gone = [line(a) for a in accounts[:10]] + [line("4990" if "4990" not in accounts else "4999")]
    desk.put({"gone.csv": (file(gone, key), 11)}, name="gone", mode="delete", sequence=2, **told)
    desk.night(NEXT)
    assert len(desk.verdicts()) == 1, "ten of the twelve rows in force would go: it waits for an answer"
    with desk.ledger() as ledger:
        held = waiting(ledger)[0].receipt.subject
        answer(ledger, counties(), held, RELEASE, "the accounts are closed", Person("operator", "A. Operator"), NEXT)
    desk.night(THIRD)
    verdict = last(desk)
    assert (verdict["status"], verdict["rows_quarantined"], verdict["rows_removed"]) == ("accepted", 1, 10)


@pytest.mark.parametrize("names", [("a.csv", "b.csv"), ("b.csv", "a.csv")])
def test_the_order_of_a_deltas_files_means_nothing(month, names):
    parts = ([contact(3, sex="male"), contact(700)], [contact(4, sex="male"), contact(701)])
    month.put({name: (written(rows), 2) for name, rows in zip(names, parts, strict=True)}, name="delta", **DELTA)
    month.night(NEXT)
    assert counts(last(month)) == (MANY, 2, 2, MANY - 2, 0, MANY + 2)
    sexes = [row[1] for row in rows(month, last(month), "contact_id, sex")]
    assert sexes == ["female", "female", "male", "male", *["female"] * (MANY - 2)]


def test_a_key_that_stands_in_two_files_of_a_delta_with_other_content_is_taken_from_neither(month):
    both = [[contact(n, sex=sex) for n in range(1, 11)] for sex in ("male", "unknown")]
    files = {
        f"{n}.csv": (written(one if n else [*one, *(contact(k, sex="male") for k in range(11, 41))]), 10 if n else 40)
        for n, one in enumerate(both)
    }
    month.put(files, name="delta", **DELTA)
    month.night(NEXT)
    assert (last(month)["status"], last(month)["rule"]) == ("rejected", file_rule("QUARANTINE_SHARE").id)
    assert len(month.slices()) == 1


# All of it


def test_running_the_nights_again_changes_nothing(month):
    month.send([contact(3, sex="male")], name="delta", **DELTA)
    delete(month, [2, *range(10, 30)], 3)
    month.send(contacts(MANY), "06")
    month.night(NEXT)
    before, facts = month.tree(), month.facts()
    month.night(NEXT)
    assert (month.tree(), month.facts()) == (before, facts)


def test_other_senders_end_as_without_the_amendments(month, tmp_path):
    month.send([contact(3, sex="male")], name="delta", **DELTA)
    delete(month, [500, *range(10, 30)], 3)
    month.send(contacts(MANY), "06")
    month.night(NEXT)
    alone = Desk(tmp_path / "alone")
    alone.send(contacts(MANY), "06")
    alone.night(NEXT)
    assert alone.slices().items() <= month.slices().items()

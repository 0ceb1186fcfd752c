"""How a person sees where a figure comes from.

Belongs here: words, order and layout. Does not belong here: what is told (warehouse/explaining.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from warehouse.cells import GROUPS, MUNICIPALITY, TOTAL, period_text

_HASH = 64
_SHOWN_CHECKS = 5
_SHOWN_DELIVERIES = 40
_ROLES = {"rows": "gives the rows", "population": "population divided by", "need_factors": "need factors"}


def show(found: Mapping[str, Any], form: str) -> None:
    """Print an explained figure as text, or all of it as JSON."""
    if form == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=1, default=_plain))
        return
    for part in (
        _cell,
        _corrections,
        _missing,
        _rows,
        _deliveries,
        _snapshots,
        _mappings,
        _checks,
        _versions,
        _release,
    ):
        for line in part(found):
            click.echo(line)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _cell(found: Mapping[str, Any]) -> Iterable[str]:
    cell, indicator = found["cell"], found["indicator"]
    groups = ", ".join(f"{group} {cell[group]}" for group in GROUPS if cell[group] != TOTAL) or "everybody"
    period = period_text(cell["period_grain"], cell["period_start"])
    yield f"{indicator['indicator_name_en']} ({cell['indicator_code']}, theme {cell['theme']}, definition {indicator['status']})"
    yield f"  {indicator['indicator_name_fi']} / {indicator['indicator_name_sv']}"
    yield f"{cell['region_level']} {cell['region_code']} {cell['region_name_fi']} / {cell['region_name_en']}, {period}, by {cell['basis']}, {groups}"
    limits = (
        f" (95 %: {_number(cell['value_low'])} to {_number(cell['value_high'])})"
        if cell["value_low"] is not None
        else ""
    )
    if cell["chosen_from"]:
        yield f"  no --period was given: {period} is the latest of {'; '.join(cell['chosen_from'])}"
    yield f"  value        {_number(cell['value'])} {cell['unit']}{limits}   [{cell['value_status']}, {cell['publication_status']}, {cell['origin']}]"
    yield f"  numerator    {_number(cell['numerator'])}   {indicator['numerator_text'] or ''}".rstrip()
    yield f"  denominator  {_number(cell['denominator'])}   {indicator['denominator_text'] or ''}".rstrip()
    yield f"  formula      {indicator['formula_text']}"
    if indicator["notes"]:
        yield f"  notes        {indicator['notes']}"
    reason = f": {cell['comparability_reason']}" if cell["comparability_reason"] else ""
    yield f"  coverage {_number(cell['coverage'])}, {cell['derivation']}, {cell['comparability']}{reason}"
    yield f"  known from {_moment(cell['known_from'])}" + (
        f" to {_moment(cell['known_to'])}" if cell["known_to"] else ", and still"
    )
    if cell["other_bases"]:
        yield f"  there is a figure by {' and by '.join(cell['other_bases'])} too (--basis)"
    if cell["origin"] == "synthetic":
        yield "  SYNTHETIC: an input of this figure is made up"


def _corrections(found: Mapping[str, Any]) -> Iterable[str]:
    if not found["corrections"]:
        return
    yield _title(f"Corrections of known errors: {len(found['corrections'])} (dq.correction)")
    for one in found["corrections"]:
        given = "no figure" if one["expected_value"] is None else _number(one["expected_value"])
        stands = "no figure" if one["new_value"] is None else _number(one["new_value"])
        yield f"  {one['correction_id']}  {one['column_name']} of {one['dataset']}: the source gives {given}, {stands} stands in its place"
        yield f"    why: {one['reason_en']} ({one['reason_fi']} / {one['reason_sv']}) From: {one['source']}"
        yield f"    decided by {one['decided_by']}, in force from {_moment(one['known_from'])}, until {one['expires_on']} at the latest; {one['told_to']} was told on {one['told_on']}"
        yield from (f"    row {key}" for key in one["source_row_keys"])


def _missing(found: Mapping[str, Any]) -> Iterable[str]:
    if not found["missing"]:
        return
    yield _title(f"Missing deliveries: {len(found['missing'])} (dq.delivery_status)")
    for one in found["missing"][:_SHOWN_DELIVERIES]:
        yield f"  {one['organiser_code']} {one['organiser_name_fi']}, {one['dataset']} of {one['period']}: {_state(one)}"
    if (more := len(found["missing"]) - _SHOWN_DELIVERIES) > 0:
        yield f"  and {more} more; --format json gives all"


def _state(one: Mapping[str, Any]) -> str:
    """What has become of a month that a figure waits for, in words."""
    if one["status"] is None:
        return "no month that is expected of this sender"
    if one["first_accepted_at"]:
        return f"{one['status']}; first accepted {_moment(one['first_accepted_at'])}"
    due = f"{'' if one['status'] == 'due' else one['status'] + ', '}due on {one['due_on']}"
    if not one["deliveries"]:
        return f"{due}; nothing has come"
    rule = f" by {one['rule']}" if one["rule"] else ""
    return f"{due}; {one['deliveries']} came, the last is {one['last_delivery_status']}{rule}"


def _rows(found: Mapping[str, Any]) -> Iterable[str]:
    count = found["rows"]["count"]
    if not count and found["missing"]:
        yield _title("Rows: none; what would bring them is missing")
        return
    municipal = found["cell"]["region_level"] == MUNICIPALITY
    whole = (
        "county; a municipality has the inputs of its county"
        if municipal
        else "region; a group has the inputs of its total"
    )
    yield _title(f"Rows: {count:,} behind the total of the {whole}")
    yield from (f"  {line}" for line in found["rows"]["sql"].splitlines())


def _deliveries(found: Mapping[str, Any]) -> Iterable[str]:
    if not found["deliveries"]:
        return
    yield _title(f"Deliveries: {len(found['deliveries'])}")
    for one in found["deliveries"][:_SHOWN_DELIVERIES]:
        marks = [name for name, is_so in (("correction", one["is_correction"]), ("late", one["is_late"])) if is_so]
        again = f", a later judgement of {one['replay_of']}" if one["replay_of"] else ""
        state = ", ".join(
            text
            for text in (one["status"], one["publication_status"], one["mode"] and f"mode {one['mode']}", *marks)
            if text
        )
        yield f"  {one['receipt_id']}  {one['organiser_code']} {one['dataset']} {one['period']} sequence {one['sequence']}: {state}{again}"
        counted = f"{one['row_count']:,} rows count here, of {_count(one['rows_in_force'])} in force; {_count(one['rows_quarantined'])} in quarantine"
        yield f"    {counted}; received {_moment(one['received_at'])}, in force from {_moment(one['known_from'])}"
        yield f"    judged by contract {one['contract_version']}, basis {one['judged_by'] or 'not noted'}; sample {_number(one['sample_share'])}; {one['origin']}"
        yield from (f"    {file['sha256']}  {file['file_name']}{_proof(file)}" for file in one["files"])
        for part in one["made_of"]:
            yield f"    {part['row_count']:,} of its rows were brought by {part['receipt_id']}"
            yield from (f"      {file['sha256']}  {file['file_name']}{_proof(file)}" for file in part["files"])
    if (more := len(found["deliveries"]) - _SHOWN_DELIVERIES) > 0:
        yield f"  and {more} more; --format json gives all"


def _snapshots(found: Mapping[str, Any]) -> Iterable[str]:
    if not found["snapshots"] and not found["divisions"]:
        return
    yield _title(f"Snapshots of national sources: {len(found['snapshots']) + len(found['divisions'])}")
    told = [(one, f"{_ROLES[one['input_role']]}, {one['row_count']:,} rows") for one in found["snapshots"]]
    for one, role in (*told, *((one, "municipal division") for one in found["divisions"])):
        updated = f", updated by its source {one['source_updated']}" if one["source_updated"] else ""
        yield f"  {one['snapshot_id']}  {one['source_code']} {one['object']}: {role}"
        yield f"    {one['address']}"
        yield f"    fetched {_moment(one['fetched_at'])}{updated}; licence {one['licence']}; {one['origin']}"
        yield f"    {one['sha256'] or '-' * _HASH}{_proof(one)}"


def _mappings(found: Mapping[str, Any]) -> Iterable[str]:
    if not found["mappings"]:
        return
    yield _title("Mappings: contract, dialect and code map of each judgement")
    for one in found["mappings"]:
        columns = f" in {', '.join(one['columns'])}" if one["columns"] else ""
        of = f"{one['organiser_code']} {one['dataset']} {one['contract_version']}: " if one["organiser_code"] else ""
        yield f"  {one['judged_by']}  {of}{one['codes']} codes translated{columns}"
    yield "  select * from meta.code_mapping where judged_by = '<basis>'"


def _checks(found: Mapping[str, Any]) -> Iterable[str]:
    yield _title("Checks: passed / failed / nothing to judge / could not run")
    for one in found["checks"]:
        counts = f"{one['passed']} / {one['failed']} / {one['not_applicable']} / {one['errors']}"
        yield f"  {one['asset']} by {one['engine']}: {counts}   (night {one['night_id']})"
        for check in (one["not_passed"] or [])[:_SHOWN_CHECKS]:
            share = f" {check['failed']} of {check['applicable']}" if check["applicable"] is not None else ""
            yield f"    {check['status']} {check['check_id']} ({check['severity']}){share} {check['message']}".rstrip()
        if (more := len(one["not_passed"] or []) - _SHOWN_CHECKS) > 0:
            yield f"    and {more} more, see dq.check_result"
    if not found["checks"]:
        yield "  none is kept in this release"
    for one in found["refused"][:_SHOWN_CHECKS]:
        yield f"  {one['row_count']:,} rows of {one['organiser_code']} {one['dataset']} in quarantine by {one['rule_id']} ({one['column_name']})"
    if (more := len(found["refused"]) - _SHOWN_CHECKS) > 0:
        yield f"  and by {more} more rules, see dq.quarantine"


def _versions(found: Mapping[str, Any]) -> Iterable[str]:
    yield _title(f"Versions of the figure: {len(found['versions'])} (what moved since: dq.revisions)")
    for one in found["versions"]:
        until = _moment(one["known_to"]) if one["known_to"] else "now"
        yield f"  {_moment(one['known_from'])} to {until}: {_number(one['value'])} ({_number(one['numerator'])} / {_number(one['denominator'])}), {one['value_status']}, {one['publication_status']}"
    for one in found["locks"]:
        yield f"  {one['dataset']} {one['period']} locked {_moment(one['locked_at'])} by {one['locked_by']}: {one['reason']}"


def _release(found: Mapping[str, Any]) -> Iterable[str]:
    release = found["release"]
    yield _title(f"Release {release['release_id']} ({release['profile']}), code {release['code_fingerprint'][:12]}")
    yield f"  ledger row {release['ledger_seq']}, {release['ledger_hash']}"


def _title(text: str) -> str:
    return f"\n{text}"


def _number(value: Any) -> str:
    """A figure without the noughts behind it; a dash where there is none."""
    if value is None:
        return "-"
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _moment(value: datetime | None) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC" if value else "-"


def _proof(one: Mapping[str, Any]) -> str:
    return f"  [{one['bytes_are']}]" if "bytes_are" in one else ""

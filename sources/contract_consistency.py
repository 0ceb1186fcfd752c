"""What the parts of a contract must agree on: ids, examples, keys, versions, and a rule for everything that a column declares.

Belongs here: looking at a loaded contract as a whole. Does not belong here: reading one (contract.py).
"""

from __future__ import annotations

from datetime import date

from sources.contract import Contract, refuse

# What the desk itself calls the columns of a row beside the contract's.
RESERVED = frozenset(
    [
        "delivery_number",
        "file_number",
        "file_name",
        "record_number",
        "line_number",
        "whole",
        "kind",
        "parts",
        "receipt_id",
        "row_receipt_id",
        "organiser_code",
        "period",
        "sequence",
        "sample_share",
        "rule_mask",
        "sent",
    ]
)


def refuse_inconsistent(contract: Contract) -> None:
    """Raise ContractError for the first thing that a contract says and contradicts."""
    ids = [r.id for r in contract.rules]
    if repeated := sorted({i for i in ids if ids.count(i) > 1}):
        refuse(contract.path, repeated[0], "is used by two rules")
    for rule in contract.row_rules:
        strange = {*rule.example_bad, *rule.example_good} - set(contract.column_names)
        if not rule.example_bad or not rule.example_good or strange:
            refuse(contract.path, rule.id, "has no example, bad and good, of the contract's columns")
    if taken := sorted(RESERVED.intersection(contract.column_names)):
        refuse(contract.path, taken[0], "is a name that the desk uses itself")
    if not contract.key:
        refuse(contract.path, contract.name, "has no primaryKey")
    _refuse_bad_versions(contract)
    for column in contract.columns:
        checks = {r.check for r in contract.rules if r.column == column.name}
        wanted = {
            "required": column.required,
            "type": column.type != "text",
            "codes": column.codes is not None or column.code_list is not None,
            "pattern": column.pattern is not None and column.code_list is None,
            "range": column.minimum is not None or column.maximum is not None,
            "in_force": bool(column.ended_codes),
        }
        for check, want in wanted.items():
            if want and check not in checks:
                refuse(contract.path, column.name, f"declares {check} but has no rule that judges it")
            if check in checks and not want:
                refuse(contract.path, column.name, f"has a rule {check} but declares nothing for it")


def _refuse_bad_versions(contract: Contract) -> None:
    """The first day of the version and the last day of each earlier one that is still accepted, as YYYY-MM-DD in quotation marks."""
    begins, earlier = contract.extras.get("in_force_from"), contract.extras.get("accepted_versions") or []
    days = [begins] if begins else []
    for version in earlier:
        if not isinstance(version, dict) or not isinstance(version.get("version"), str):
            refuse(contract.path, "accepted_versions", "needs a version and an until for each")
        days.append(version.get("until"))
    for day in days:
        try:
            date.fromisoformat(day)
        except (TypeError, ValueError):
            refuse(contract.path, contract.name, f"has the day {day!r} among its versions, which is no YYYY-MM-DD")

"""Check names. Belongs here: the one way from a stable rule id to a name that Dagster allows (letters, digits, underscores). Does not belong here: the ids."""


def check_name(rule_id: str) -> str:
    """`HVA-CC-1-001` → `HVA_CC_1_001`."""
    return rule_id.replace("-", "_")

"""Columns of the Parquet files that the connectors of the State Treasury and of Kela write, for a build before its first answer.

Belongs here: names and types. Does not belong here: laying them out (registry.py), and what they mean (sources/national).
"""

REPORTED_FINANCES = {
    "treasury_catalogue": dict.fromkeys(
        (
            "snapshot_id",
            "business_id",
            "package_code",
            "period_code",
            "stage",
            "approved_at",
            "published_at",
            "document_path",
            "county_code",
            "origin",
        ),
        "VARCHAR",
    ),
    "treasury_cell": {
        **dict.fromkeys(("snapshot_id", "business_id", "package_code", "period_code"), "VARCHAR"),
        "year": "BIGINT",
        "last_month": "BIGINT",
        "stage": "VARCHAR",
        "stage_rank": "BIGINT",
        **dict.fromkeys(("subpackage_code", "cell_code", "taxonomy_version", "approved_at"), "VARCHAR"),
        "amount": "DECIMAL(18,2)",
        "value_status": "VARCHAR",
        "cell_count": "BIGINT",
        "comment_text": "VARCHAR",
        "finding_count": "BIGINT",
        "origin": "VARCHAR",
    },
    "treasury_taxonomy": dict.fromkeys(
        (
            *("snapshot_id", "package_code", "subpackage_code", "cell_code"),
            *(f"{text}_{language}" for text in ("label", "task") for language in ("fi", "sv", "en")),
            *("level_text", "service_text", "sector_text", "origin", "taxonomy_version"),
        ),
        "VARCHAR",
    ),
    "kela_benefit": {
        **dict.fromkeys(
            ("snapshot_id", "municipality_code", "municipality_name", "benefit_name", "period_grain"), "VARCHAR"
        ),
        **dict.fromkeys(("year", "month", "recipients"), "BIGINT"),
        **dict.fromkeys(("paid_eur", "eur_per_recipient"), "DECIMAL(18,2)"),
        "origin": "VARCHAR",
    },
    "kela_county": {
        **dict.fromkeys(("snapshot_id", "benefit_code", "measure_code", "county_name"), "VARCHAR"),
        "year": "BIGINT",
        "value": "DECIMAL(18,6)",
        "value_status": "VARCHAR",
        "origin": "VARCHAR",
    },
}

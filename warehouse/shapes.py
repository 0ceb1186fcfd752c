"""Columns of the Parquet files that a build is laid out from, for a build before the first slice or the first answer.

What belongs here: names and types. What does not: laying the files out (registry.py), and what the columns mean (the contracts in sources).
"""

# Columns that every staged slice has round its contract's own.
BEFORE = {"record_number": "BIGINT", "line_number": "BIGINT", "file_name": "VARCHAR"}
AFTER = {
    "organiser_code": "VARCHAR",
    "period": "VARCHAR",
    "receipt_id": "VARCHAR",
    "sequence": "INTEGER",
    "sample_share": "DECIMAL(9,6)",
    "rule_mask": "UBIGINT",
    "sent": "VARCHAR[]",
}
QUARANTINE = {
    "receipt_id": "VARCHAR",
    "organiser_code": "VARCHAR",
    "dataset": "VARCHAR",
    "period": "VARCHAR",
    "sequence": "INTEGER",
    "file_name": "VARCHAR",
    "line_number": "BIGINT",
    "column_name": "VARCHAR",
    "rule_id": "VARCHAR",
    "value_as_sent": "VARCHAR",
}
# Where a slice is made of several deliveries, which of them brought the row; null where it is the slice's own.
LINEAGE = {"row_receipt_id": "VARCHAR"}
_MONTH = {"organiser_code": "VARCHAR", "dataset": "VARCHAR", "period": "VARCHAR", "receipt_id": "VARCHAR"}
_COUNTS = ("n", "valid_count", "other_count", "default_count", "invalid_count", "missing_count")
FIELD_COUNT = (
    _MONTH
    | {"column_name": "VARCHAR", "column_position": "INTEGER", "is_key": "BOOLEAN"}
    | dict.fromkeys(_COUNTS, "BIGINT")
)
REPORTING_UNIT = _MONTH | {"unit_id": "VARCHAR"}
RULE_COUNT = (
    _MONTH
    | {"rule_id": "VARCHAR", "check_kind": "VARCHAR", "dimension": "VARCHAR"}
    | {"failed": "BIGINT", "applicable": "BIGINT"}
)
TOMBSTONE = {"row_key": "VARCHAR", "deleted_by": "VARCHAR", "file_name": "VARCHAR", "line_number": "BIGINT"}
UNMAPPED = {
    **dict.fromkeys(
        ("organiser_code", "dataset", "column_name", "rule_id", "value_as_sent", "nearest_value", "nearest_code"),
        "VARCHAR",
    ),
    "nearest_score": "SMALLINT",
}
SOURCE = {
    "source_code": "VARCHAR",
    "organiser_code": "VARCHAR",
    "fresh_within_days": "INTEGER",
    "answered_at": "TIMESTAMP",
    "rows_known_from": "TIMESTAMP",
    "stale_after": "TIMESTAMP",
}
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
_SOTKANET_TEXTS = ("title", "description", "interpretation", "limits", "legislation", "notices")
NATIONAL = {
    "need_factors": {
        "snapshot_id": "VARCHAR",
        "vintage": "VARCHAR",
        "data_year": "SMALLINT",
        "county_code": "VARCHAR",
        "sector": "VARCHAR",
        "need_factor": "DECIMAL(9,6)",
        "population": "BIGINT",
        "population_65plus": "BIGINT",
        "origin": "VARCHAR",
    },
    "population": {
        "snapshot_id": "VARCHAR",
        "year": "SMALLINT",
        "area_code": "VARCHAR",
        "sex": "VARCHAR",
        "age_years": "SMALLINT",
        "population": "BIGINT",
        "value_status": "VARCHAR",
        "origin": "VARCHAR",
    },
    "population_projection": {
        "snapshot_id": "VARCHAR",
        "year": "SMALLINT",
        "area_code": "VARCHAR",
        "sex": "VARCHAR",
        "age_years": "SMALLINT",
        "population": "BIGINT",
        "value_status": "VARCHAR",
        "origin": "VARCHAR",
        "edition": "SMALLINT",
        "division_year": "SMALLINT",
    },
    "key_figure": {
        "snapshot_id": "VARCHAR",
        "year": "SMALLINT",
        "area_code": "VARCHAR",
        "indicator_code": "VARCHAR",
        "value": "DECIMAL(9,4)",
        "value_status": "VARCHAR",
        "origin": "VARCHAR",
    },
    "municipality_map": {
        "snapshot_id": "VARCHAR",
        "year": "SMALLINT",
        **dict.fromkeys(
            (
                "municipality_code",
                "municipality_name_fi",
                "municipality_name_sv",
                "hva_code",
                "hva_name_fi",
                "hva_name_sv",
                "hva_name_en",
                "collaborative_area_code",
                "collaborative_area_name_fi",
                "collaborative_area_name_sv",
                "collaborative_area_name_en",
                "origin",
            ),
            "VARCHAR",
        ),
    },
    **REPORTED_FINANCES,
    "sotkanet_observation": {
        "snapshot_id": "VARCHAR",
        "indicator_id": "INTEGER",
        "region_id": "INTEGER",
        "region_category": "VARCHAR",
        "region_code": "VARCHAR",
        "hva_code": "VARCHAR",
        "municipality_code": "VARCHAR",
        "year": "SMALLINT",
        "sex": "VARCHAR",
        "value": "DECIMAL(18,6)",
        "abs_value": "DECIMAL(18,6)",
        "value_status": "VARCHAR",
        "origin": "VARCHAR",
    },
    "sampo_observation": {
        "snapshot_id": "VARCHAR",
        "topic": "VARCHAR",
        "region_code": "VARCHAR",
        "period_start": "DATE",
        "category": "VARCHAR",
        "measure": "VARCHAR",
        "value": "DECIMAL(18,6)",
        "value_status": "VARCHAR",
        "origin": "VARCHAR",
    },
    "code_list_item": {
        **dict.fromkeys(
            (
                "snapshot_id",
                "code_system",
                "code",
                "code_name_fi",
                "code_name_sv",
                "code_name_en",
                "parent_code",
                "status",
            ),
            "VARCHAR",
        ),
        "valid_from": "DATE",
        "valid_to": "DATE",
        "origin": "VARCHAR",
    },
    "care_organisation": {
        **dict.fromkeys(
            (
                "snapshot_id",
                "organisation_code",
                "organisation_name_fi",
                "abbreviation",
                "parent_organisation_code",
                "sector_code",
                "municipality_code",
                "business_id",
                "is_social_care_unit",
                "is_health_care_unit",
                "topi_code",
                "status",
            ),
            "VARCHAR",
        ),
        "valid_from": "DATE",
        "valid_to": "DATE",
        "origin": "VARCHAR",
    },
    "innokyla_page": {
        **dict.fromkeys(
            (
                "snapshot_id",
                "development_kind",
                "slug",
                "page_address",
                "development_name",
                "short_description",
                "place_text",
                "area_text",
                "county_code",
                "funder_name",
                "parent_name",
                "programme_goal",
            ),
            "VARCHAR",
        ),
        **dict.fromkeys(("created_on", "modified_on"), "DATE"),
        "origin": "VARCHAR",
    },
    "sotkanet_indicator": {
        "snapshot_id": "VARCHAR",
        "indicator_id": "INTEGER",
        "data_updated": "DATE",
        "first_year": "SMALLINT",
        "last_year": "SMALLINT",
        **{f"{text}_{language}": "VARCHAR" for text in _SOTKANET_TEXTS for language in ("fi", "sv", "en")},
        "value_type": "VARCHAR",
        "decimals": "SMALLINT",
        **dict.fromkeys(
            (
                "sexes",
                "region_categories",
                "region_categories_as_sent",
                "organization_name_fi",
                "defects",
                "as_sent",
                "origin",
            ),
            "VARCHAR",
        ),
    },
    "sotkanet_region": {
        "snapshot_id": "VARCHAR",
        "region_id": "INTEGER",
        **dict.fromkeys(
            (
                "region_category",
                "region_code",
                "hva_code",
                "county_system",
                "municipality_code",
                "collaborative_area_code",
                "name_fi",
                "name_sv",
                "name_en",
                "member_of",
                "uri",
                "code_as_sent",
                "origin",
            ),
            "VARCHAR",
        ),
    },
}

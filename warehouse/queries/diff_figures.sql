-- Every current figure that is not the same in two releases. Reads the attached releases a (before) and b (after).
WITH before AS (
    SELECT * FROM a.mart.minimum_dataset WHERE known_to IS NULL
),

after AS (
    SELECT * FROM b.mart.minimum_dataset WHERE known_to IS NULL
),

laid AS (
    SELECT
        indicator_code, source_code, basis, region_level, region_code, period_grain, period_start,
        sex, age_group, language_status, municipality_type,
        x.indicator_code IS NOT NULL AS was_there,
        y.indicator_code IS NOT NULL AS is_there,
        x.value AS old_value,
        y.value AS new_value,
        x.numerator AS old_numerator,
        y.numerator AS new_numerator,
        x.denominator AS old_denominator,
        y.denominator AS new_denominator,
        x.value_status AS old_value_status,
        y.value_status AS new_value_status,
        x.comparability AS old_comparability,
        y.comparability AS new_comparability,
        x.publication_status AS old_publication_status,
        y.publication_status AS new_publication_status,
        regexp_extract_all(coalesce(x.comparability_reason, ''), 'corrected by (COR-[A-Z]+-[0-9]+)', 1) AS old_corrections,
        regexp_extract_all(coalesce(y.comparability_reason, ''), 'corrected by (COR-[A-Z]+-[0-9]+)', 1) AS new_corrections,
        (x.coverage, x.comparability_reason, x.value_low, x.value_high, x.origin, x.unit)
        IS DISTINCT FROM (y.coverage, y.comparability_reason, y.value_low, y.value_high, y.origin, y.unit) AS is_told_otherwise
    FROM before x
    FULL JOIN after y USING (
        indicator_code, source_code, basis, region_level, region_code, period_grain, period_start,
        sex, age_group, language_status, municipality_type
    )
)

SELECT
    *,
    new_value - old_value AS difference,
    CASE
        WHEN NOT was_there THEN 'appeared'
        WHEN NOT is_there THEN 'gone'
        WHEN old_value IS DISTINCT FROM new_value THEN 'value'
        WHEN (old_numerator, old_denominator) IS DISTINCT FROM (new_numerator, new_denominator) THEN 'numerator or denominator'
        WHEN
            (old_value_status, old_comparability) IS DISTINCT FROM (new_value_status, new_comparability) OR is_told_otherwise
            THEN 'what is said of it'
        ELSE 'publication status'
    END AS moved
FROM laid
WHERE
    NOT was_there
    OR NOT is_there
    OR is_told_otherwise
    OR (old_value, old_numerator, old_denominator, old_value_status, old_comparability, old_publication_status)
    IS DISTINCT FROM (new_value, new_numerator, new_denominator, new_value_status, new_comparability, new_publication_status)

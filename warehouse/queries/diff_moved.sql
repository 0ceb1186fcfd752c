-- The figures that moved (table figures) with why (table inputs), a row each. Reads also the definitions of both releases and the variables is_code_changed, is_division_changed.
WITH definition AS (
    SELECT indicator_code
    FROM (SELECT * FROM a.core.dim_indicator) x
    FULL JOIN (SELECT * FROM b.core.dim_indicator) y USING (indicator_code)
    WHERE
        (x.numerator_text, x.denominator_text, x.formula_text, x.unit, x.status, x.notes)
        IS DISTINCT FROM (y.numerator_text, y.denominator_text, y.formula_text, y.unit, y.status, y.notes)
),

cause AS (
    SELECT
        f.* EXCLUDE (was_there, is_there, is_told_otherwise),
        string_agg(DISTINCT i.cause, '; ' ORDER BY i.cause) AS inputs,
        string_agg(DISTINCT i.evidence, '; ' ORDER BY i.evidence) FILTER (WHERE i.is_new OR i.cause = 'delivery taken back') AS evidence
    FROM figures f
    LEFT JOIN inputs i
        ON i.source_code = f.source_code AND (i.indicator_code IS NULL OR i.indicator_code = f.indicator_code) AND i.basis = f.basis
        AND i.region_level = f.region_level AND i.region_code = f.region_code
        AND i.period_grain = f.period_grain AND i.period_start = f.period_start
    GROUP BY ALL
),

-- A known error was put right, or no longer is; or, where all inputs are the same, it was put right by another value.
corrected AS (
    SELECT
        * EXCLUDE (old_corrections, new_corrections),
        if(
            old_corrections IS DISTINCT FROM new_corrections OR (inputs IS NULL AND moved = 'value' AND len(new_corrections) > 0),
            'correction ' || array_to_string(list_sort(list_distinct(old_corrections || new_corrections)), ', '), NULL
        ) AS correction
    FROM cause
)

SELECT
    c.* EXCLUDE (inputs, evidence, correction),
    CASE
        WHEN c.inputs IS NOT NULL OR c.correction IS NOT NULL
            THEN concat_ws('; ', if(c.correction IS NOT NULL, 'correction', NULL), c.inputs, if(d.indicator_code IS NOT NULL, 'definition', NULL))
        WHEN c.moved = 'publication status' THEN 'lock'
        WHEN d.indicator_code IS NOT NULL THEN 'definition'
        WHEN c.moved = 'appeared' AND c.new_value IS NULL THEN 'others delivered the period'
        WHEN getvariable('is_division_changed') THEN 'municipal division'
        WHEN getvariable('is_code_changed') THEN 'code'
        ELSE 'not told'
    END AS cause,
    nullif(concat_ws('; ', c.correction, c.evidence), '') AS evidence
FROM corrected c
LEFT JOIN definition d USING (indicator_code)
ORDER BY ALL

-- How many figures of each indicator moved, and the widest change of a total. Reads moved.
WITH widest AS (
    SELECT *
    FROM moved
    WHERE
        difference IS NOT NULL AND sex = 'total' AND age_group = 'total' AND language_status = 'total' AND municipality_type = 'total'
    QUALIFY row_number() OVER (PARTITION BY indicator_code ORDER BY abs(difference) DESC, region_level, region_code, period_start, basis) = 1
)

SELECT
    m.indicator_code,
    count(*) AS figures,
    count(*) FILTER (WHERE m.moved = 'appeared') AS appeared,
    count(*) FILTER (WHERE m.moved = 'gone') AS gone,
    any_value(w.region_level) AS region_level,
    any_value(w.region_code) AS region_code,
    any_value(w.period_grain) AS period_grain,
    any_value(w.period_start) AS period_start,
    any_value(w.old_value) AS old_value,
    any_value(w.new_value) AS new_value,
    any_value(w.cause) AS cause
FROM moved m
LEFT JOIN widest w USING (indicator_code)
GROUP BY m.indicator_code
ORDER BY figures DESC, m.indicator_code

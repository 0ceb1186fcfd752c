-- How many figures moved for which cause, and of how many indicators and regions. Reads moved.
SELECT
    cause,
    count(*) AS figures,
    count(DISTINCT indicator_code) AS indicators,
    count(DISTINCT (region_level, region_code)) AS regions,
    count(DISTINCT (period_grain, period_start)) AS periods
FROM moved
GROUP BY cause
ORDER BY figures DESC, cause

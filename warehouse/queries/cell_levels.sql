-- The levels of regions that $indicator has figures of, with their codes where they are few. Reads the release.
SELECT
    region_level || ' ' || CASE
        WHEN count(DISTINCT region_code) > 5 THEN '(' || count(DISTINCT region_code) || ' of them)'
        ELSE string_agg(DISTINCT region_code, ', ' ORDER BY region_code)
    END AS told
FROM mart.minimum_dataset
WHERE indicator_code = $indicator
GROUP BY region_level
ORDER BY region_level

-- The regions that there are, and the municipalities that $indicator has figures of. Reads the release.
SELECT region_level, region_code, region_name_fi, region_name_sv, region_name_en
FROM core.dim_region
UNION ALL
SELECT DISTINCT region_level, region_code, region_name_fi, region_name_sv, region_name_en
FROM mart.minimum_dataset
WHERE indicator_code = $indicator AND region_level = 'municipality'
ORDER BY region_level, region_code

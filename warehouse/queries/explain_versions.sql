-- Every version of a figure, oldest first. Reads the release; parameters are its key.
SELECT value, numerator, denominator, value_status, comparability, publication_status, known_from, known_to
FROM mart.minimum_dataset
WHERE
    indicator_code = $indicator_code AND source_code = $source_code AND basis = $basis
    AND region_level = $region_level AND region_code = $region_code AND period_grain = $period_grain AND period_start = $period_start
    AND sex = $sex AND age_group = $age_group AND language_status = $language_status AND municipality_type = $municipality_type
ORDER BY known_from

-- The municipal division in force at a moment: of the year, and of the newest year, whose municipalities are today's. Reads the release; parameters $year, $moment.
WITH division AS (
    SELECT *, split_part(object, '/', 2) AS division_year
    FROM meta.snapshot
    WHERE source_code = 'statfin_classification' AND known_from <= $moment AND (known_to IS NULL OR $moment < known_to)
)

SELECT snapshot_id, source_code, object, address, known_from AS fetched_at, source_updated, licence, sha256, bytes, origin
FROM division
WHERE division_year = $year::INTEGER::VARCHAR OR division_year = (SELECT max(division_year) FROM division)
ORDER BY object

-- The snapshots of national sources behind a cell at a moment. Reads the release; parameters are the cell's key and $moment.
SELECT
    l.input_role,
    s.snapshot_id,
    s.source_code,
    s.object,
    s.address,
    s.known_from AS fetched_at,
    s.source_updated,
    s.licence,
    s.sha256,
    s.bytes,
    s.origin,
    l.row_count
FROM meta.lineage l
JOIN meta.snapshot s USING (snapshot_id)
WHERE
    l.source_code = $source_code AND (l.indicator_code IS NULL OR l.indicator_code = $indicator_code) AND l.basis = $basis
    AND l.region_level = $region_level AND l.region_code = $region_code
    AND l.period_grain = $period_grain AND l.period_start = $period_start
    AND l.known_from <= $moment AND (l.known_to IS NULL OR $moment < l.known_to)
ORDER BY l.input_role DESC, s.object, s.known_from, s.snapshot_id

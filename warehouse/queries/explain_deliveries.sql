-- The deliveries behind a cell at a moment, each with its files. Reads the release; parameters are the cell's key and $moment.
WITH behind AS (
    SELECT receipt_id, input_role, row_count, known_from
    FROM meta.lineage
    WHERE
        receipt_id IS NOT NULL
        AND source_code = $source_code AND (indicator_code IS NULL OR indicator_code = $indicator_code) AND basis = $basis
        AND region_level = $region_level AND region_code = $region_code
        AND period_grain = $period_grain AND period_start = $period_start
        AND known_from <= $moment AND (known_to IS NULL OR $moment < known_to)
),

file AS (
    SELECT
        receipt_id,
        list({'file_name': file_name, 'sha256': sha256, 'bytes': bytes} ORDER BY file_name) AS files,
        min(received_at) AS received_at,
        min(judged_by) AS judged_by
    FROM dq.delivery_file
    GROUP BY receipt_id
)

SELECT
    b.receipt_id,
    d.organiser_code,
    d.dataset,
    d.period,
    d.sequence,
    d.status,
    d.mode,
    d.publication_status,
    d.is_correction,
    d.is_late,
    d.replay_of,
    d.rows_received,
    d.rows_accepted,
    d.rows_quarantined,
    d.rows_in_force,
    b.row_count,
    d.sample_share,
    d.origin,
    d.contract_version,
    f.judged_by,
    f.received_at,
    d.known_from,
    d.known_to,
    coalesce(f.files, []) AS files
FROM behind b
JOIN dq.delivery d USING (receipt_id)
LEFT JOIN file f USING (receipt_id)
-- A delivery that came into force again has a row for each stretch of time: the one of the moment.
WHERE d.known_from <= b.known_from AND (d.known_to IS NULL OR b.known_from < d.known_to)
ORDER BY d.organiser_code, d.dataset, d.period, d.sequence, b.receipt_id

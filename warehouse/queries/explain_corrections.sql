-- The corrections of known errors that a figure says of itself ($reason) at a moment, each with the rows of the source that it names. Reads the release.
SELECT
    correction_id,
    dataset,
    column_name,
    expected_value,
    new_value,
    reason_fi,
    reason_sv,
    reason_en,
    source,
    told_to,
    told_on,
    decided_by,
    expires_on,
    known_from,
    known_to,
    list(source_row_key ORDER BY source_row_key) AS source_row_keys
FROM dq.correction
WHERE
    -- An id has three digits at its end: none is the beginning of another.
    contains($reason, 'corrected by ' || correction_id)
    AND known_from <= $moment AND (known_to IS NULL OR $moment < known_to)
GROUP BY ALL
ORDER BY correction_id, known_from

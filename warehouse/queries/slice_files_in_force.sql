-- (path under parquet/, receipt_id) of the slices of the deliveries in force. Reads event and delivery.
SELECT DISTINCT v.body ->> '$.slice.path' AS path, d.receipt_id
FROM delivery d
JOIN event v ON v.kind IN ('verdict', 'replay') AND v.subject = d.receipt_id
WHERE d.status = 'accepted' AND d.known_to IS NULL AND d.erased_at IS NULL AND path IS NOT NULL
ORDER BY path

-- (receipt_id, path under parquet/) of every slice that stays queryable: of each delivery that ever held. Reads event and delivery.
SELECT DISTINCT d.receipt_id, v.body ->> '$.slice.path' AS path
FROM delivery d
JOIN event v ON v.kind IN ('verdict', 'replay') AND v.subject = d.receipt_id
WHERE d.publication_status IS NOT NULL AND d.erased_at IS NULL AND path IS NOT NULL
ORDER BY path

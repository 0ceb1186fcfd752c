-- (receipt_id, path under quarantine/) of every judged delivery's quarantine. Reads event and delivery.
SELECT DISTINCT d.receipt_id, v.body ->> '$.quarantine.path' AS path
FROM delivery d
JOIN event v ON v.kind IN ('verdict', 'replay') AND v.subject = d.receipt_id
WHERE d.status <> 'waiting' AND d.erased_at IS NULL AND path IS NOT NULL
ORDER BY path

-- (snapshot_id, path under parquet/) of every snapshot's typed rows. Reads event and snapshot.
SELECT s.snapshot_id, e.body ->> '$.parquet.path' AS path
FROM snapshot s
JOIN event e ON e.kind = 'snapshot' AND e.subject = s.snapshot_id
WHERE s.erased_at IS NULL AND path IS NOT NULL
ORDER BY path

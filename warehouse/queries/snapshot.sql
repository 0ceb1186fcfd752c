-- One row for each content that a national source has shown up to the horizon. Reads event; times in UTC.
WITH erasure AS (
    SELECT unnest(body ->> '$.snapshots[*]') AS snapshot_id, happened_at AS erased_at
    FROM event
    WHERE kind = 'erasure'
)

SELECT
    s.subject AS snapshot_id,
    s.body ->> '$.source_code' AS source_code,
    s.body ->> '$.object' AS object,
    s.body ->> '$.address' AS address,
    s.body ->> '$.sha256' AS sha256,
    (s.body ->> '$.bytes')::BIGINT AS bytes,
    s.body ->> '$.licence' AS licence,
    s.body ->> '$.source_updated' AS source_updated,
    s.happened_at AS known_from,
    lead(s.happened_at) OVER (PARTITION BY source_code, object ORDER BY s.seq) AS known_to,
    s.body ->> '$.origin' AS origin,
    e.erased_at
FROM event s
LEFT JOIN erasure e ON e.snapshot_id = s.subject
WHERE s.kind = 'snapshot' AND s.happened_at <= getvariable('horizon')

-- One row for each file of a delivery, under each judgement of it. Reads event and delivery; times in UTC.
-- `judged_by` is the basis (contract, dialect, mappings) of the judgement; null where no row was read.
SELECT DISTINCT
    d.receipt_id,
    f.file ->> '$.name' AS file_name,
    f.file ->> '$.sha256' AS sha256,
    (f.file ->> '$.bytes')::BIGINT AS bytes,
    f.received_at,
    j.body ->> '$.judged_by' AS judged_by
FROM (SELECT DISTINCT receipt_id, coalesce(replay_of, receipt_id) AS origin_id FROM delivery) d
JOIN (
    SELECT subject AS origin_id, happened_at AS received_at, unnest(body -> '$.files[*]') AS file
    FROM event
    WHERE kind = 'receipt'
) f USING (origin_id)
LEFT JOIN event j ON j.kind IN ('verdict', 'replay') AND j.subject = d.receipt_id AND j.happened_at <= getvariable('horizon')

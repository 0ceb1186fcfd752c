-- One row for each delivery known at the horizon, and for each name that waits in the inbox.
-- Reads event(seq, happened_at, kind, subject, body) and timeliness(receipt_id, due_on, is_correction, is_late). Times are business times, in UTC.
WITH known AS (
    SELECT * FROM event WHERE happened_at <= getvariable('horizon')
),

-- Every judgement of a receipt; none yet, and the receipt waits. A later one has an id of its own, and is as a delivery of the same sequence that came later.
judged AS (
    SELECT subject AS receipt_id, NULL::VARCHAR AS replay_of, seq, happened_at, body FROM known WHERE kind = 'verdict'
    UNION ALL
    SELECT subject, body ->> '$.receipt_id', seq, happened_at, body FROM known
    WHERE kind = 'replay' AND body ->> '$.status' <> 'unchanged'
),

receipt AS (
    SELECT
        coalesce(v.receipt_id, r.subject) AS receipt_id,
        v.replay_of,
        r.seq AS received_seq,
        r.body ->> '$.organiser_code' AS organiser_code,
        r.body ->> '$.dataset' AS dataset,
        r.body ->> '$.period' AS period,
        (r.body ->> '$.sequence')::INTEGER AS sequence,
        coalesce(v.body ->> '$.status', 'waiting') AS judged,
        (v.body ->> '$.rows_received')::BIGINT AS rows_received,
        (v.body ->> '$.rows_accepted')::BIGINT AS rows_accepted,
        (v.body ->> '$.rows_quarantined')::BIGINT AS rows_quarantined,
        coalesce(r.body ->> '$.files[0].sha256', r.body ->> '$.manifest_sha256') AS sha256,
        v.body ->> '$.rule' AS rule,
        CASE WHEN v.seq IS NULL THEN 'received, not judged yet' ELSE v.body ->> '$.reason' END AS reason,
        coalesce(v.happened_at, r.happened_at) AS known_from,
        coalesce(v.seq, r.seq) AS known_seq,
        r.body ->> '$.contract_version' AS contract_version,
        (r.body ->> '$.sample_share')::DECIMAL(9, 6) AS sample_share,
        r.body ->> '$.origin' AS origin
    FROM known r
    LEFT JOIN judged v ON coalesce(v.replay_of, v.receipt_id) = r.subject
    WHERE r.kind = 'receipt'
),

-- What was erased is gone on every date, so these look beyond the horizon.
erasure AS (
    SELECT receipt_id, min(happened_at) AS erased_at, arg_min(erasure_reason, happened_at) AS erasure_reason
    FROM (
        SELECT unnest(body ->> '$.receipts[*]') AS receipt_id, happened_at, body ->> '$.reason' AS erasure_reason
        FROM event
        WHERE kind = 'erasure'
    )
    GROUP BY receipt_id
),

-- An accepted delivery holds until a newer sequence of its slice is accepted; one that comes after a newer one never held.
replaced AS (
    SELECT
        receipt_id,
        CASE WHEN next_accepted IS NOT NULL THEN greatest(known_from, next_accepted) END AS known_to
    FROM (
        SELECT
            receipt_id,
            known_from,
            min(known_from) OVER (
                PARTITION BY organiser_code, dataset, period
                ORDER BY sequence, known_seq
                ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
            ) AS next_accepted
        FROM receipt
        WHERE judged = 'accepted'
    )
),

-- Erased rows were, as far as can now be shown, never known; what they had replaced does not come back.
ended AS (
    SELECT
        r.*,
        e.erased_at,
        e.erasure_reason,
        CASE
            WHEN r.judged = 'accepted' AND e.erased_at IS NOT NULL THEN r.known_from
            ELSE p.known_to
        END AS known_to
    FROM receipt r
    LEFT JOIN replaced p USING (receipt_id)
    LEFT JOIN erasure e USING (receipt_id)
),

-- A sighting ends with the first later receipt of the same sender that names the file or is of that manifest, or when the sender takes the file away.
received_name AS (
    SELECT organiser_code, received_seq, unnest(names) AS name
    FROM (
        SELECT
            body ->> '$.organiser_code' AS organiser_code,
            seq AS received_seq,
            list_append(body ->> '$.files[*].name', body ->> '$.manifest_name') AS names
        FROM known
        WHERE kind = 'receipt'
    )
),

sighting AS (
    SELECT seq, happened_at, subject, split_part(subject, '/', 1) AS organiser_code,
        coalesce(body ->> '$.name', substr(subject, strpos(subject, '/') + 1)) AS name
    FROM known
    WHERE kind = 'sighting'
),

waiting AS (
    SELECT s.*
    FROM sighting s
    ANTI JOIN received_name n
        ON n.organiser_code = s.organiser_code AND n.name = s.name AND n.received_seq > s.seq
    WHERE s.subject NOT IN (SELECT subject FROM known WHERE kind = 'withdrawal')
)

SELECT
    e.receipt_id,
    replay_of,
    organiser_code,
    dataset,
    period,
    sequence,
    CASE WHEN known_to IS NOT NULL THEN 'superseded' ELSE judged END AS status,
    rows_received,
    rows_accepted,
    rows_quarantined,
    sha256,
    rule,
    CASE
        WHEN erased_at IS NULL THEN reason
        ELSE concat_ws('; ', reason, 'erased, its rows are absent: ' || erasure_reason)
    END AS reason,
    known_from,
    known_to,
    contract_version,
    sample_share,
    origin,
    due_on,
    is_correction,
    is_late,
    erased_at
FROM ended e
LEFT JOIN timeliness t ON t.receipt_id = coalesce(e.replay_of, e.receipt_id)

UNION ALL BY NAME

SELECT
    'waiting-' || left(sha256(subject), 16) AS receipt_id,
    organiser_code,
    'waiting' AS status,
    'seen incomplete in the inbox: ' || name AS reason,
    happened_at AS known_from
FROM waiting

-- One row for each delivery known at the horizon, and for each name that waits in the inbox. A delivery that came into force again, since the one after it was
-- annulled, has a row for each stretch of time. What the test organiser sends is in no release.
-- Reads event(seq, happened_at, kind, subject, body) and timeliness(receipt_id, due_on, is_correction, is_late). Times are business times, in UTC.
WITH known AS (
    SELECT * FROM event WHERE happened_at <= getvariable('horizon')
),

-- Every judgement of a receipt; none yet, and the receipt waits. A later one has an id of its own, and is as a delivery of the same sequence that came later.
-- A held delivery is judged, but for the answer: until its verdict the hold says what it came to.
judged AS (
    SELECT subject AS receipt_id, NULL::VARCHAR AS replay_of, seq, happened_at, body FROM known WHERE kind = 'verdict'
    UNION ALL
    SELECT h.subject, NULL, h.seq, h.happened_at, h.body
    FROM known h
    ANTI JOIN known v ON v.kind = 'verdict' AND v.subject = h.subject
    WHERE h.kind = 'hold'
    UNION ALL
    SELECT subject, body ->> '$.receipt_id', seq, happened_at, body FROM known
    WHERE kind = 'replay' AND body ->> '$.status' <> 'unchanged'
),

receipt AS (
    SELECT
        coalesce(v.receipt_id, r.subject) AS receipt_id,
        v.replay_of,
        r.subject AS origin_id,
        r.seq AS received_seq,
        r.body ->> '$.organiser_code' AS organiser_code,
        r.body ->> '$.dataset' AS dataset,
        r.body ->> '$.period' AS period,
        (r.body ->> '$.sequence')::INTEGER AS sequence,
        coalesce(v.body ->> '$.status', 'waiting') AS judged,
        (v.body ->> '$.rows_received')::BIGINT AS rows_received,
        (v.body ->> '$.rows_accepted')::BIGINT AS rows_accepted,
        (v.body ->> '$.rows_quarantined')::BIGINT AS rows_quarantined,
        coalesce(
            (v.body ->> '$.rows_in_force')::BIGINT,
            CASE WHEN v.body ->> '$.status' = 'accepted' THEN (v.body ->> '$.rows_accepted')::BIGINT END
        ) AS rows_in_force,
        (v.body ->> '$.rows_before')::BIGINT AS rows_before,
        (v.body ->> '$.rows_added')::BIGINT AS rows_added,
        (v.body ->> '$.rows_changed')::BIGINT AS rows_changed,
        (v.body ->> '$.rows_unchanged')::BIGINT AS rows_unchanged,
        (v.body ->> '$.rows_removed')::BIGINT AS rows_removed,
        r.body ->> '$.manifest.mode' AS mode,
        coalesce((v.body ->> '$.is_unchanged')::BOOLEAN, false) AS is_unchanged,
        coalesce((v.body ->> '$.is_late_after_lock')::BOOLEAN, false) AS is_late_after_lock,
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
    WHERE r.kind = 'receipt' AND r.body ->> '$.organiser_code' <> 'TEST'
),

-- What was erased is gone on every date, so these look beyond the horizon.
erasure AS (
    SELECT receipt_id, min(happened_at) AS erased_at, arg_min(erasure_reason, happened_at) AS erasure_reason
    FROM (
        SELECT unnest(list_concat(body ->> '$.receipts[*]', body ->> '$.dependents[*]')) AS receipt_id, happened_at, body ->> '$.reason' AS erasure_reason
        FROM event
        WHERE kind = 'erasure'
    )
    GROUP BY receipt_id
),

annulment AS (
    SELECT subject AS origin_id, happened_at AS annulled_at,
        'annulled by ' || (body ->> '$.who') || ': ' || (body ->> '$.reason') AS annulment_reason
    FROM known
    WHERE kind = 'annulment'
),

revision AS (
    SELECT subject AS origin_id, happened_at AS revised_at,
        'revision approved by ' || (body ->> '$.who') || ': ' || (body ->> '$.reason') AS revision_reason
    FROM known
    WHERE kind = 'revision'
),

period_lock AS (
    SELECT body ->> '$.dataset' AS dataset, body ->> '$.period' AS period, happened_at AS locked_at
    FROM known
    WHERE kind = 'period_lock'
),

-- Accepted deliveries, and from when and until when each may hold. One that came after the lock of its month may from its approved revision on; one that changed
-- nothing never does: the delivery before it goes on.
standing AS (
    SELECT
        receipt_id, organiser_code, dataset, period, sequence, known_seq,
        CASE WHEN is_late_after_lock THEN revised_at ELSE known_from END AS holds_from,
        annulled_at AS holds_to
    FROM receipt
    LEFT JOIN revision USING (origin_id)
    LEFT JOIN annulment USING (origin_id)
    WHERE judged = 'accepted' AND NOT is_unchanged AND (revised_at IS NOT NULL OR NOT is_late_after_lock)
),

-- At each moment when something begins or ends, the one of the highest sequence holds.
holder AS (
    SELECT organiser_code, dataset, period, m.moment, arg_max(s.receipt_id, (s.sequence, s.known_seq)) AS receipt_id
    FROM (
        SELECT organiser_code, dataset, period, unnest([holds_from, holds_to]) AS moment FROM standing
    ) m
    LEFT JOIN standing s USING (organiser_code, dataset, period)
    WHERE m.moment IS NOT NULL AND s.holds_from <= m.moment AND (s.holds_to IS NULL OR m.moment < s.holds_to)
    GROUP BY ALL
),

emptied AS (
    SELECT DISTINCT organiser_code, dataset, period, holds_to AS moment
    FROM standing
    WHERE holds_to IS NOT NULL
),

stretch AS (
    SELECT
        receipt_id,
        moment AS held_from,
        lead(moment) OVER slice AS held_to
    FROM (
        SELECT *, lag(receipt_id) OVER (PARTITION BY organiser_code, dataset, period ORDER BY moment) AS before
        FROM (
            FROM holder
            UNION ALL BY NAME
            SELECT *, NULL AS receipt_id FROM emptied ANTI JOIN holder USING (organiser_code, dataset, period, moment)
        )
    )
    WHERE receipt_id IS DISTINCT FROM before
    WINDOW slice AS (PARTITION BY organiser_code, dataset, period ORDER BY moment)
),

-- What never held ends as it begins. Erased rows were, as far as can now be shown, never known; what they had replaced does not come back.
ended AS (
    SELECT
        r.* EXCLUDE (known_from),
        e.erased_at,
        e.erasure_reason,
        a.annulled_at,
        a.annulment_reason,
        v.revised_at,
        v.revision_reason,
        l.locked_at,
        coalesce(h.held_from, v.revised_at, r.known_from) AS known_from,
        CASE
            WHEN r.judged <> 'accepted' OR (r.is_late_after_lock AND v.revised_at IS NULL AND a.annulled_at IS NULL) THEN NULL
            WHEN e.erased_at IS NOT NULL OR h.held_from IS NULL THEN coalesce(h.held_from, v.revised_at, r.known_from)
            ELSE h.held_to
        END AS known_to
    FROM receipt r
    LEFT JOIN stretch h USING (receipt_id)
    LEFT JOIN erasure e USING (receipt_id)
    LEFT JOIN annulment a USING (origin_id)
    LEFT JOIN revision v USING (origin_id)
    LEFT JOIN period_lock l ON l.dataset = r.dataset AND l.period = r.period
),

-- A sighting ends with the first later receipt of the same sender that names the file or is of that manifest, or when the sender takes the file away.
received_name AS (
    SELECT organiser_code, received_seq, unnest(names) AS name
    FROM (
        SELECT
            body ->> '$.organiser_code' AS organiser_code,
            seq AS received_seq,
            body ->> '$.files[*].name' || [body ->> '$.manifest_name', body ->> '$.signature.name'] AS names
        FROM known
        WHERE kind = 'receipt'
    )
),

sighting AS (
    SELECT seq, happened_at, subject, split_part(subject, '/', 1) AS organiser_code,
        coalesce(body ->> '$.name', substr(subject, strpos(subject, '/') + 1)) AS name
    FROM known
    WHERE kind = 'sighting' AND split_part(subject, '/', 1) <> 'TEST'
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
    CASE
        WHEN annulled_at IS NOT NULL THEN 'annulled'
        WHEN judged = 'accepted' AND is_unchanged THEN 'unchanged'
        WHEN judged = 'accepted' AND is_late_after_lock AND revised_at IS NULL THEN 'late-after-lock'
        WHEN known_to IS NOT NULL THEN 'superseded'
        ELSE judged
    END AS status,
    rows_received,
    rows_accepted,
    rows_quarantined,
    sha256,
    rule,
    nullif(concat_ws('; ', reason, annulment_reason, revision_reason, 'erased, its rows are absent: ' || erasure_reason), '') AS reason,
    known_from,
    known_to,
    contract_version,
    sample_share,
    origin,
    due_on,
    is_correction,
    is_late,
    mode,
    is_unchanged,
    is_late_after_lock,
    rows_in_force,
    rows_before,
    rows_added,
    rows_changed,
    rows_unchanged,
    rows_removed,
    CASE
        WHEN judged <> 'accepted' OR is_unchanged OR (is_late_after_lock AND revised_at IS NULL) THEN NULL
        WHEN is_late_after_lock THEN 'revised'
        WHEN locked_at IS NULL OR known_to <= locked_at THEN 'provisional'
        ELSE 'final'
    END AS publication_status,
    erased_at
FROM ended e
LEFT JOIN timeliness t ON t.receipt_id = e.origin_id

UNION ALL BY NAME

SELECT
    'waiting-' || left(sha256(subject), 16) AS receipt_id,
    organiser_code,
    'waiting' AS status,
    'seen incomplete in the inbox: ' || name AS reason,
    happened_at AS known_from
FROM waiting

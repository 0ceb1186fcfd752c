-- Quarantined lines with the time over which each judgement of them was the known one, and what recovered those that a later judgement accepted.
-- Reads quarantined (the rows of all quarantine files) and delivery.
WITH judgement AS (
    SELECT
        receipt_id,
        coalesce(replay_of, receipt_id) AS origin_id,
        organiser_code,
        dataset,
        period,
        sequence,
        coalesce(mode, 'full') AS mode,
        -- One that came into force again has a row for each stretch of time.
        arg_max(status, known_from) AS status,
        min(known_from) AS known_from,
        CASE WHEN count(*) = count(known_to) THEN max(known_to) END AS known_to
    FROM delivery
    WHERE status <> 'waiting'
    GROUP BY receipt_id, replay_of, organiser_code, dataset, period, sequence, mode
),

-- The next judgement of the same bytes, and the next delivery of the whole month that was accepted: from then on these lines are nobody's faults any more. A delta or a
-- delete is no such end: the month still stands on the delivery that lacks them. A whole month that changed nothing is one: it is the sender's newest word.
-- What was refused is no part of the month: any later delivery ends it.
judged_again AS (
    SELECT a.receipt_id, min_by(b.receipt_id, b.known_from) AS next_id, min(b.known_from) AS next_from, min_by(b.status, b.known_from) AS next_status
    FROM judgement a
    JOIN judgement b ON b.origin_id = a.origin_id AND (b.known_from, b.receipt_id) > (a.known_from, a.receipt_id)
    GROUP BY a.receipt_id
),

followed AS (
    SELECT a.receipt_id, min(b.known_from) AS next_from
    FROM judgement a
    JOIN judgement b
        ON b.organiser_code = a.organiser_code AND b.dataset = a.dataset AND b.period = a.period AND b.origin_id <> a.origin_id
        AND b.known_from >= a.known_from AND b.sequence > a.sequence AND (b.mode = 'full' OR a.status = 'rejected') AND b.status IN ('accepted', 'superseded', 'unchanged')
    GROUP BY a.receipt_id
)

SELECT
    q.*,
    j.known_from,
    least(CASE WHEN j.status NOT IN ('superseded', 'unchanged') THEN j.known_to END, n.next_from, f.next_from) AS known_to,
    CASE
        WHEN n.next_status IN ('accepted', 'superseded') AND NOT EXISTS (
            SELECT 1 FROM quarantined later
            WHERE later.receipt_id = n.next_id AND later.file_name = q.file_name AND later.line_number = q.line_number
        ) THEN n.next_id
    END AS recovered_by
FROM quarantined q
JOIN judgement j USING (receipt_id)
LEFT JOIN judged_again n USING (receipt_id)
LEFT JOIN followed f USING (receipt_id)

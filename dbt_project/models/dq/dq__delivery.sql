-- One row per judgement of a receipt, or per delivery that still waits for its manifest or its data.
select
    organiser_code,
    dataset,
    period,
    sequence,
    status,
    rows_received,
    rows_accepted,
    rows_quarantined,
    sha256,
    rule,
    reason,
    known_from,
    known_to,
    receipt_id,
    contract_version,
    sample_share,
    origin,
    due_on,
    is_correction,
    is_late,
    replay_of
from {{ ref("stg__delivery") }}

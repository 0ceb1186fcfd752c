-- One row per judgement and broken rule of a quarantined record, or line that is no record at all.
select
    receipt_id,
    organiser_code,
    dataset,
    period,
    sequence,
    file_name,
    line_number,
    column_name,
    rule_id,
    value_as_sent,
    known_from,
    known_to,
    recovered_by
from {{ ref("stg__quarantine") }}

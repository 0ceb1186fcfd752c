-- One row per broken rule of a quarantined record, or per line that is no record at all.
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
    known_from
from {{ ref("stg__quarantine") }}

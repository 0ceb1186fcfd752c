-- One row per basis of judgements, column and code as sent.
select
    judged_by,
    organiser_code,
    dataset,
    contract_version,
    column_name,
    sent_code,
    code,
    known_from
from {{ ref("stg__code_mapping") }}

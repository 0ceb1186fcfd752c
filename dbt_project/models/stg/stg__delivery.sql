-- One row per judgement of a receipt, or per delivery that still waits.
select
    cast(receipt_id as varchar) as receipt_id,
    cast(replay_of as varchar) as replay_of,
    cast(organiser_code as varchar) as organiser_code,
    cast(dataset as varchar) as dataset,
    cast(period as varchar) as period,
    cast(sequence as integer) as sequence,
    cast(status as varchar) as status,
    cast(rows_received as bigint) as rows_received,
    cast(rows_accepted as bigint) as rows_accepted,
    cast(rows_quarantined as bigint) as rows_quarantined,
    cast(sha256 as varchar) as sha256,
    cast(rule as varchar) as rule,
    cast(reason as varchar) as reason,
    cast(contract_version as varchar) as contract_version,
    cast(sample_share as decimal(9, 6)) as sample_share,
    cast(origin as varchar) as origin,
    cast(due_on as date) as due_on,
    cast(is_correction as boolean) as is_correction,
    cast(is_late as boolean) as is_late,
    cast(known_from as timestamp) as known_from,
    cast(known_to as timestamp) as known_to
from {{ source("registry", "delivery") }}

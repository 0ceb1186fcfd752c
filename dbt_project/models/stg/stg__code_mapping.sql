-- One row per basis of judgements, column and code as sent.
select
    cast(judged_by as varchar) as judged_by,
    cast(organiser_code as varchar) as organiser_code,
    cast(dataset as varchar) as dataset,
    cast(contract_version as varchar) as contract_version,
    cast(column_name as varchar) as column_name,
    cast(sent_code as varchar) as sent_code,
    cast(code as varchar) as code,
    cast(known_from as timestamp) as known_from
from {{ source("registry", "code_mapping") }}

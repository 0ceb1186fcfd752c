-- One row per sender, column and value that waits for a mapping.
select
    cast(organiser_code as varchar) as organiser_code,
    cast(dataset as varchar) as dataset,
    cast(column_name as varchar) as column_name,
    cast(rule_id as varchar) as rule_id,
    cast(value_as_sent as varchar) as value_as_sent,
    cast(nearest_value as varchar) as nearest_value,
    cast(nearest_code as varchar) as nearest_code,
    cast(nearest_score as smallint) as nearest_score
from {{ source("registry", "unmapped") }}

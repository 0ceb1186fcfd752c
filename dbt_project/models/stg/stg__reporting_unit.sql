-- One row per delivery in force and unit that its rows name.
select
    cast(organiser_code as varchar) as organiser_code,
    cast(dataset as varchar) as dataset,
    cast(period as varchar) as period,
    cast(receipt_id as varchar) as receipt_id,
    cast(unit_id as varchar) as unit_id
from {{ source("registry", "reporting_unit") }}

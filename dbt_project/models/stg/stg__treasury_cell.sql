-- One row per snapshot, body, package, period, stage of approval, part of the package and cell.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(business_id as varchar) as business_id,
    cast(package_code as varchar) as package_code,
    cast(period_code as varchar) as period_code,
    cast(year as smallint) as year,
    cast(last_month as smallint) as last_month,
    cast(stage as varchar) as stage,
    cast(stage_rank as smallint) as stage_rank,
    cast(subpackage_code as varchar) as subpackage_code,
    cast(cell_code as varchar) as cell_code,
    cast(taxonomy_version as varchar) as taxonomy_version,
    cast(approved_at as varchar) as approved_at,
    cast(amount as decimal(18, 2)) as amount,
    cast(value_status as varchar) as value_status,
    cast(cell_count as integer) as cell_count,
    cast(comment_text as varchar) as comment_text,
    cast(finding_count as integer) as finding_count,
    cast(origin as varchar) as origin
from {{ source("national", "treasury_cell") }}

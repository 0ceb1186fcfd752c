-- One row per snapshot, municipality, benefit and year or month.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(municipality_code as varchar) as municipality_code,
    cast(municipality_name as varchar) as municipality_name,
    cast(benefit_name as varchar) as benefit_name,
    cast(period_grain as varchar) as period_grain,
    cast(make_date(year, coalesce(month, 1), 1) as date) as period_start,
    cast(recipients as bigint) as recipients,
    cast(paid_eur as decimal(18, 2)) as paid_eur,
    cast(eur_per_recipient as decimal(18, 2)) as eur_per_recipient,
    cast(origin as varchar) as origin
from {{ source("national", "kela_benefit") }}

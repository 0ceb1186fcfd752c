-- One row per municipality, benefit, year or month, and version.
{%- set key = ["municipality_code", "benefit_name", "period_grain", "period_start"] %}
{%- set payload = ["recipients", "paid_eur", "eur_per_recipient", "origin"] %}
with versions as (

    {{ rows_while_held(ref("stg__kela_benefit")) }}

),

final as (

    {{ collapsed_versions("versions", key=key, payload=payload, carried=["snapshot_id"]) }}

)

select
    {{ key | join(", ") }},
    {{ payload | join(", ") }},
    snapshot_id,
    known_from,
    known_to
from final

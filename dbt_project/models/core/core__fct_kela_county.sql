-- One row per benefit, measure, county, year and version.
{%- set key = ["benefit_code", "measure_code", "county_name", "year"] %}
{%- set payload = ["value", "value_status", "origin"] %}
with versions as (

    {{ rows_while_held(ref("stg__kela_county")) }}

),

collapsed as (

    {{ collapsed_versions("versions", key=key, payload=payload, carried=["snapshot_id"]) }}

),

final as (

    select
        r.region_code as county_code,
        {% for column in key + payload %}c.{{ column }}, {% endfor %}
        c.snapshot_id,
        c.known_from,
        c.known_to
    from collapsed as c
    left join {{ ref("raw__region") }} as r on c.county_name = r.name_fi

)

select * from final

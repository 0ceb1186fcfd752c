-- One row per indicator that is taken from Sotkanet: what the source says of it now, and what the catalogue says where the source is silent.
with catalogue as (

    select * from {{ ref("raw__sotkanet_catalogue") }}

),

descriptions as (

    select
        d.*,
        row_number() over (
            partition by d.sotkanet_indicator_id order by s.known_from desc, s.snapshot_id desc
        ) as newest
    from {{ ref("stg__sotkanet_indicator") }} as d
    inner join {{ ref("stg__snapshot") }} as s on d.snapshot_id = s.snapshot_id

),

final as (

    select
        'sotkanet_' || c.indicator_id as indicator_code,
        cast(c.indicator_id as integer) as sotkanet_indicator_id,
        c.theme,
        c.service_group,
        coalesce(d.title_fi, c.name_fi) as name_fi,
        coalesce(d.title_sv, c.name_sv, d.title_fi, c.name_fi) as name_sv,
        coalesce(d.title_en, c.name_en, d.title_fi, c.name_fi) as name_en,
        case d.value_type
            when 'PROS' then 'percent'
            when 'PER1000' then 'per_1000'
            when 'PER10000' then 'per_10000'
            when 'PER100000' then 'per_100000'
            when 'INDEKSI' then 'index'
            else c.unit
        end as unit,
        d.decimals,
        c.direction,
        c.basis,
        coalesce(d.organization_name_fi, c.source_register) as owner,
        {{ joined_reasons([
            "c.notes",
            "'known by ' || c.verification",
            "case when c.is_register_and_unit_verified <> 'yes' then 'theme, direction and unit assigned by this project' end",
            "case when lower(d.title_fi) <> lower(c.name_fi) then 'the catalogue calls it: ' || c.name_fi end",
            "case when coalesce(d.title_sv, c.name_sv) is null then 'no Swedish name was found: the Finnish one is shown' end",
            "case when coalesce(d.title_en, c.name_en) is null then 'no English name was found: the Finnish one is shown' end",
        ]) }} as notes
    from catalogue as c
    left join descriptions as d on cast(c.indicator_id as integer) = d.sotkanet_indicator_id and d.newest = 1

)

select * from final

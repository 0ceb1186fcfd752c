-- One row per indicator, source, basis, region, period, population group and version (known_from). A row with known_to null is the current figure.
with observations as (

    select * from {{ ref("core__fct_observation") }}

),

indicators as (

    select * from {{ ref("core__dim_indicator") }}

),

regions as (

    select region_level, region_code, region_name_fi, region_name_sv, region_name_en from {{ ref("core__dim_region") }}

    union all

    -- Municipalities are today's, by the names of the last year that is known; there are no English ones.
    select
        'municipality' as region_level,
        municipality_code as region_code,
        municipality_name_fi as region_name_fi,
        municipality_name_sv as region_name_sv,
        municipality_name_fi as region_name_en
    from {{ ref("core__dim_municipality") }}
    where year = (select max(year) from {{ ref("core__dim_municipality") }})

),

final as (

    select
        o.indicator_code,
        o.source_code,
        o.basis,
        o.region_level,
        o.region_code,
        o.period_start,
        o.period_end,
        o.sex,
        o.age_group,
        o.language_status,
        o.municipality_type,
        o.known_from,
        r.region_name_fi,
        r.region_name_sv,
        r.region_name_en,
        i.theme,
        o.period_grain,
        o.value,
        i.unit,
        o.numerator,
        o.denominator,
        o.value_low,
        o.value_high,
        o.value_status,
        o.origin,
        o.coverage,
        o.derivation,
        o.comparability,
        o.comparability_reason,
        o.publication_status,
        o.known_to
    from observations as o
    inner join indicators as i on o.indicator_code = i.indicator_code
    inner join regions as r on o.region_level = r.region_level and o.region_code = r.region_code

)

select * from final

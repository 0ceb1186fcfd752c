-- One row per indicator of the catalogue.
select
    indicator_code,
    theme,
    name_fi as indicator_name_fi,
    name_sv as indicator_name_sv,
    name_en as indicator_name_en,
    unit,
    cast(decimals as smallint) as decimals,
    period_grains,
    direction,
    numerator_text,
    denominator_text,
    formula_text,
    source_code,
    owner,
    disclosure_class,
    status,
    notes
from {{ ref("raw__indicator") }}

union all

select
    indicator_code,
    theme,
    name_fi as indicator_name_fi,
    name_sv as indicator_name_sv,
    name_en as indicator_name_en,
    unit,
    decimals,
    'year' as period_grains,
    direction,
    cast(null as varchar) as numerator_text,
    cast(null as varchar) as denominator_text,
    'As published; not worked out here' as formula_text,
    'sotkanet' as source_code,
    owner,
    'open' as disclosure_class,
    'draft' as status,
    notes
from {{ ref("int__sotkanet_indicator") }}

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

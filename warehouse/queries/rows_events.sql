-- Rows of {dataset} among which the figure is counted: those of counties that delivered every month of the period. The formula stands in core.dim_indicator; of an
-- indicator of two datasets these are the rows of the first.
select c.*
from {fact} as c
join core.dim_region as s on s.region_code = c.organiser_code and s.is_sender{places}
where c.period_start between date '{period_start}' and date '{period_end}' and {c_known}
  and {county} in (
    select a.county_code
    from core.region_county_assn as a
    join core.fct_observation as o on o.region_level = 'county' and o.region_code = a.county_code and o.indicator_code = '{indicator_code}'
      and o.basis = '{basis}' and o.period_grain = '{period_grain}' and o.period_start = date '{period_start}' and o.sex = 'total'
      and o.age_group = 'total' and o.language_status = 'total' and o.municipality_type = 'total' and o.numerator is not null and {o_known}
    where {region}){groups}

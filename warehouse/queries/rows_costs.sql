-- Cost rows that add up to the numerator: those of counties that delivered every month of the period.
select c.*
from core.fct_cost as c
join core.dim_service_class as s on s.service_class_code = c.service_class_code and s.code_system = 'HVA_STANDIN'
where c.period_start between date '{period_start}' and date '{period_end}' and not c.is_internal and {c_known} and {service_group}
  and c.organiser_code in (
    select a.county_code
    from core.region_county_assn as a
    join core.fct_observation as o on o.region_level = 'county' and o.region_code = a.county_code and o.indicator_code = 'net_costs_per_resident_eur'
      and o.period_grain = '{period_grain}' and o.period_start = date '{period_start}' and o.numerator is not null and {o_known}
    where a.region_level = '{region_level}' and a.region_code = '{region_code}')

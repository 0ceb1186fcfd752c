-- Care contacts among which the figure is counted: those of counties that delivered every month of the period.
select c.*
from core.fct_care_contact as c
join core.dim_region as s on s.region_code = c.organiser_code and s.is_sender
join core.dim_municipality as m on m.year = year(c.period_start) and m.municipality_code = c.home_municipality_code
join core.dim_municipality as t on t.year = m.year and t.municipality_code = m.current_municipality_code
where c.period_start between date '{period_start}' and date '{period_end}' and {c_known}
  and case when '{basis}' = 'organiser' and s.is_organiser then c.organiser_code else t.county_code end in (
    select a.county_code
    from core.region_county_assn as a
    join core.fct_observation as o on o.region_level = 'county' and o.region_code = a.county_code and o.indicator_code = 'contacts_per_1000'
      and o.basis = '{basis}' and o.period_grain = '{period_grain}' and o.period_start = date '{period_start}' and o.sex = 'total'
      and o.age_group = 'total' and o.language_status = 'total' and o.municipality_type = 'total' and o.numerator is not null and {o_known}
    where {region}){groups}

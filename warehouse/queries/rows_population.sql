-- Residents by municipality, sex and age that the figure is summed from.
select p.*
from core.fct_population as p
join core.dim_municipality as m on m.year = p.year and m.municipality_code = p.municipality_code
join core.dim_municipality as t on t.year = m.year and t.municipality_code = m.current_municipality_code
where p.year = {year} and {p_known} and t.county_code in (
    select county_code from core.region_county_assn where region_level = '{region_level}' and region_code = '{region_code}')

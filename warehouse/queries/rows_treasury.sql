-- Cells of the county's own documents of the year that are in use.
select c.*
from core.fct_treasury_cell as c
where c.county_code = '{region_code}' and c.year = {year} and c.is_in_use and {c_known}

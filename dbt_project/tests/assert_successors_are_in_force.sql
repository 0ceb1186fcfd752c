-- Detects a dissolved municipality whose successor has itself been dissolved.
-- Matters because the successor is looked up once: its residents would be placed in a municipality that no longer exists.
-- A row is the dissolved municipality.
select m.municipality_code, m.successor_code
from {{ ref("raw__municipality") }} as m
left join {{ ref("raw__municipality") }} as s on m.successor_code = s.municipality_code
where m.dissolved_on is not null and (s.municipality_code is null or s.dissolved_on is not null)

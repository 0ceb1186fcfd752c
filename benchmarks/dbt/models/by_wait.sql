select organiser_code, date_diff('day', need_assessed_at, visited_at) as days, count(*) as n
from {{ source("bench", "contacts") }}
where visited_at is not null
group by all
order by all

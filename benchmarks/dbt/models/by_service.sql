select organiser_code, period, service_class_code, count(*) as n
from {{ source("bench", "contacts") }}
group by all
order by all

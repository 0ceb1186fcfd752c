select home_municipality_code, sex, age_at_assessment_years // 10 as decade, count(*) as n
from {{ source("bench", "contacts") }}
group by all
order by all

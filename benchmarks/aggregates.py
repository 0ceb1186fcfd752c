"""The three aggregates that both sides end with, over a view `contacts` of accepted rows."""

AGGREGATES = {
    "by service": "select organiser_code, period, service_class_code, count(*) as n from contacts group by all order by all",
    "by resident": "select home_municipality_code, sex, age_at_assessment_years // 10 as decade, count(*) as n from contacts group by all order by all",
    "by wait": "select organiser_code, date_diff('day', need_assessed_at, visited_at) as days, count(*) as n from contacts where visited_at is not null group by all order by all",
}

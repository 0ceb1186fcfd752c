"""What a theme must have, and which indicators count: shared by the tests on hand-made inputs and those on a whole night.

Belongs here: the words and the one query. Does not belong here: what is expected of a build or a night (the tests).
"""

EIGHT = ("need", "availability", "quality", "effectiveness", "equality", "coordination", "costs", "productivity")
NINE = (*EIGHT, "development")

# Themes without a figure of a national body, and why: docs/themes.md says so too.
WITHOUT_NATIONAL = {
    "coordination": "no Sotkanet id of such a figure was found and verified",
    "development": "Innokylä lists pages, which are rows of core.dim_development and no figure",
}

# An indicator counts when every organiser has a current row of it, everybody's, and at least one of them a value.
COUNTED = """
    select i.theme, i.indicator_code, i.source_code in (select dataset from dq.delivery) as is_of_events
    from core.dim_indicator as i
    inner join mart.minimum_dataset as m on m.indicator_code = i.indicator_code and m.source_code = i.source_code
    inner join core.dim_region as r on r.region_level = m.region_level and r.region_code = m.region_code
    where r.region_level = 'county' and r.is_organiser and m.known_to is null
        and m.sex = 'total' and m.age_group = 'total' and m.language_status = 'total' and m.municipality_type = 'total'
    group by all
    having count(distinct m.region_code) = 22 and count(m.value) > 0"""

-- One row per year, county, population group and stretch of time over which the same population of it was known.
-- Municipalities are today's: one that has since gone into another counts in that one.
{{ population_cells(ref("core__fct_population"), division_year="p.year") }}

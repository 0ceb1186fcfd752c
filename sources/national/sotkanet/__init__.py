"""THL's Sotkanet, REST 1.1: published indicators by region, year and sex, with their descriptions.

Belongs here: the client of that service, what its replies mean, the indicators taken and the contract of what is kept. Does not belong here: figures that
this project counts itself, and the models over the kept rows (dbt_project).
"""

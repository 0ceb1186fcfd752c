"""THL's Sampo cubes: waiting for specialised care, handling of referrals, waiting in primary care, visits.

Belongs here: the client of that service, which cubes are taken, what their replies mean and the contract of what is kept. Does not belong here: Sotkanet, which
publishes ready indicators of the same bodies (its own room), and the models over the kept rows (dbt_project).
"""

"""Statistics Finland, PxWeb v1: population by municipality, age and sex.

Belongs here: the client of that database, what its tables mean and the contract of what is kept. Does not belong here: its other service (classifications).
"""

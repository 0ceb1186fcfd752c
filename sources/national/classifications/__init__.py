"""Statistics Finland, classifications API v2: which county and collaborative area a municipality belongs to, by year.

Belongs here: the client of that service and what its tables mean. Does not belong here: statistics (statfin) and other bodies' code lists.
"""

"""Statistics Finland, PxWeb v1: key figures of the population by wellbeing services county.

Belongs here: which figures are taken, of which areas, and the contract of what is kept. Does not belong here: the client of that database (statfin/).
"""

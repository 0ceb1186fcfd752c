"""THL's code server (csapi): service classes, contact modes, specialties, and the register of social and health care organisations.

Belongs here: the client of that service, what its replies mean, and the contracts of what is kept. Does not belong here: koodistot.suomi.fi (codelist), which speaks
another protocol but fills the same table of codes.
"""

"""The interoperability platform's code lists, koodistot.suomi.fi: the classification of occupations, of which professions are a part.

Belongs here: the client of that service. Does not belong here: the contract and rows of codes, which it shares with THL's code server (codeserver).
"""

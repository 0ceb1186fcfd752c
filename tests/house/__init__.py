"""Rules of the house that a machine can keep: who imports whom, what things are called, what every model and rule must tell, and whether the papers are true."""

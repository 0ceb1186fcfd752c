"""The command line. Imports nothing heavy before a command needs it."""

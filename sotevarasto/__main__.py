"""`python -m sotevarasto`, the same as the installed command."""

from sotevarasto.cli import main

main()

"""`python -m voiceprep`."""

from .cli.main import main

main()

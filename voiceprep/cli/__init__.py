"""The command line: options from dataclasses, progress bars and printing."""

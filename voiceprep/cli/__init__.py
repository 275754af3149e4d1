"""The command line: options from dataclasses, bars and printing."""

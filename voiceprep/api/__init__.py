"""The functions that `import voiceprep` offers, each named in the package's own table."""

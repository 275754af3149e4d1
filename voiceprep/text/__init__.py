"""Text: tables of sentences, cleaners, symbols, filelists."""

"""One training run: its loop, its set-up, its log, how it ends and is resumed."""

"""How well a voice speaks: alignment, gate, causes of failure, statistics of many runs."""

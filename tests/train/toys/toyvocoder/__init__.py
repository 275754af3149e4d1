"""A vocoder of one linear layer."""

"""The clips and texts of a dataset, where they come from, and how clips are made."""

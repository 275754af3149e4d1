"""What a run of a voice is measured by: its alignment, its gate, its sound. Loads no torch."""

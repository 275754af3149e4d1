"""Files in the formats of other systems."""

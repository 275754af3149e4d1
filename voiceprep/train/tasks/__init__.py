"""What the loop must know of each model and its data, one file each."""

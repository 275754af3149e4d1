"""An acoustic model of a few linear layers with attention and without a gate."""

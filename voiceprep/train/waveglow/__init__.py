"""WaveGlow (Prenger et al. 2018, arXiv:1811.00002)."""

"""Tacotron 2 (Shen et al. 2017, arXiv:1712.05884), as NVIDIA's implementation has it."""

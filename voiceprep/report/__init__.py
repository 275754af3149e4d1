"""Plots and pages of values that other packages measured."""

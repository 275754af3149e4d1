"""Plots and pages of values that other packages measured."""

from ..callable_package import make_callable

make_callable(__name__, "voiceprep.api.datasets")

"""Front ends: a language's way from text to the symbols that a model reads."""

from .base import FrontendState, TextFrontend
from .table import FRONTENDS, load_frontend, make_frontend

__all__ = ["FRONTENDS", "FrontendState", "TextFrontend", "load_frontend", "make_frontend"]

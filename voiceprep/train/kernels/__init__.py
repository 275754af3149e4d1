"""Optimised products and LSTMs that the fast paths of several models share."""

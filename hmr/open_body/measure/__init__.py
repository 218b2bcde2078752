"""Measures a built body; no part of its recipe, so a change here builds nothing anew."""

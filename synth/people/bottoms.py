"""Trousers and shorts."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from synth.people.anatomy import Anatomy
from synth.people.charts import Charts
from synth.people.cuttings import Cutting
from synth.people.folds import relief_of
from synth.people.places import arm_share, height_on_leg, ramp
from synth.people.shell import Cut, Shell, make_shell
from synth.people.tubes import AROUND, Around, Tailored, between, position, slices

Field = Float[np.ndarray, " v"]
FREE = 0.1
"""Length, in metres, over which cloth leaves the body below the crotch."""


def bottom(anatomy: Anatomy, charts: Charts, cutting: Cutting) -> Shell:
    """Cut trousers or shorts."""
    waist = height_on_leg(anatomy, cutting.waist) - anatomy.y
    hem = anatomy.y - height_on_leg(anatomy, cutting.hem)
    fall = np.clip(waist / 0.5, 0, 1)
    lift = cutting.close + (cutting.loose - cutting.close) * fall
    if cutting.ease:
        lift = np.minimum(lift, 0.012)
    field = np.where(arm_share(anatomy) > 0.5, -1.0, np.minimum(waist, hem))
    size = cutting.folds * np.clip(waist / 0.25, 0.15, 1)
    return make_shell(
        anatomy,
        field,
        lift,
        replace(charts, crotch=np.inf, shoulder=np.inf),
        cutting.rounds,
        relief=relief_of(anatomy, size) if cutting.folds else None,
        tubes=lambda part: _legs(anatomy, charts, cutting, part) if cutting.ease else (),
    )


def _legs(anatomy: Anatomy, charts: Charts, cutting: Cutting, part: Cut) -> tuple[Around, ...]:
    return tuple(_leg(anatomy, charts, cutting, part, side) for side in (1, -1))


def _leg(anatomy: Anatomy, charts: Charts, cutting: Cutting, part: Cut, side: int) -> Around:
    top = charts.crotch - 0.02
    hem = max(height_on_leg(anatomy, cutting.hem), float(anatomy.y.min()) + 0.03)
    own = anatomy.skin & (side * anatomy.vertices[:, 0] > 0) & (arm_share(anatomy) < 0.5)
    rings = slices(anatomy, own, top, hem)
    points = part.source @ anatomy.vertices
    ring, turn = position(rings, anatomy.vertices, points)
    down = np.linspace(0, 1, len(rings.places))[:, None] ** 0.7
    ease = 0.012 + (cutting.ease - 0.012) * down + np.zeros(AROUND)
    share = ramp(top - points[:, 1], 0.0, FREE) * (side * points[:, 0] > 0)
    return Around(
        rings,
        Tailored(ease, cutting.hang, cutting.slope),
        between(ring, turn, len(rings.places)),
        share[:, None].astype(np.float32),
    )

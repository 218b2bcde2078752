"""The measures of garments: how far each reaches, how loosely it hangs.

Lengths are shares of limbs in rest pose, so one cutting fits every body.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cutting:
    """Measures of a garment, as shares of limbs where not metres."""

    sleeve: float = 0.45
    """Where sleeves end: 0 shoulder, 1 elbow, 2 wrist."""
    hem: float = 0.0
    """Where a top or trouser leg ends: 0 hip, 1 knee, 2 ankle; above the hip below 0."""
    waist: float = -0.25
    """Where trousers and skirts begin, on the scale of the hem."""
    neck: float = 1.0
    """Width of the hole for the neck; 1 fits closely."""
    plunge: float = 0.0
    """How deep the neckline falls in front, in metres."""
    loose: float = 0.012
    """Distance from the skin, in metres, where it hangs free."""
    close: float = 0.006
    """Distance from the skin where it is held: shoulders, waist."""
    rounds: int = 8
    """Rounds of smoothing."""
    ease: float = 0.0
    """How much wider than the body it hangs at its hem, in metres; 0 follows the skin."""
    hang: float = 1.0
    """How far it falls straight down from what is wide above it, 0 to 1."""
    slope: float = 0.0
    """How fast it narrows as it falls, in metres a metre."""
    folds: float = 0.003
    """Height of its folds, in metres."""
    pleats: int = 0
    """Number of folds that go around a skirt."""
    collar: str = ""
    """What is at the neck: "", "collar", "stand" or "hood"."""
    gap: float = 0.0
    """Half the width of the opening in front, in metres; 0 is closed."""


TOPS = {
    "t_shirt": Cutting(0.5, 0.1, loose=0.03, close=0.011, rounds=10, ease=0.03, slope=0.1),
    "boxy_t_shirt": Cutting(
        *(0.7, 0.14), neck=0.95, loose=0.045, close=0.014, rounds=14, ease=0.06, folds=0.006
    ),
    "tank_top": Cutting(
        *(-0.12, 0.06), neck=1.25, plunge=0.05, loose=0.02, close=0.008, ease=0.02, slope=0.15
    ),
    "crop_top": Cutting(0.35, -0.4, neck=1.15, plunge=0.02, loose=0.014, close=0.007),
    "long_sleeve": Cutting(1.92, 0.06, loose=0.02, close=0.011, rounds=10, ease=0.02, slope=0.12),
    "v_neck": Cutting(
        *(0.42, 0.08), neck=1.05, plunge=0.08, loose=0.02, close=0.01, ease=0.022, slope=0.12
    ),
    "pullover": Cutting(
        *(1.95, 0.06), neck=0.95, loose=0.034, close=0.018, rounds=16, ease=0.045, folds=0.006
    ),
    "hoodie": Cutting(
        *(1.97, 0.1),
        neck=0.98,
        loose=0.038,
        close=0.019,
        rounds=16,
        ease=0.05,
        folds=0.007,
        collar="hood",
    ),
    "polo": Cutting(
        *(0.6, 0.08),
        neck=0.92,
        loose=0.026,
        close=0.011,
        rounds=10,
        ease=0.03,
        slope=0.08,
        collar="collar",
    ),
    "shirt": Cutting(
        *(1.95, 0.16),
        neck=0.9,
        loose=0.026,
        close=0.012,
        rounds=10,
        ease=0.035,
        folds=0.005,
        collar="collar",
    ),
    "blouse": Cutting(
        *(1.5, 0.1),
        neck=1.08,
        plunge=0.05,
        loose=0.034,
        close=0.01,
        rounds=12,
        ease=0.06,
        folds=0.007,
    ),
}
OUTERS = {
    "jacket": Cutting(
        *(1.98, 0.14),
        neck=0.97,
        loose=0.045,
        close=0.026,
        rounds=18,
        ease=0.05,
        folds=0.006,
        collar="stand",
    ),
    "open_jacket": Cutting(
        *(1.98, 0.16),
        neck=1.02,
        loose=0.045,
        close=0.026,
        rounds=16,
        ease=0.05,
        folds=0.006,
        collar="collar",
        gap=0.045,
    ),
    "cardigan": Cutting(
        *(1.95, 0.3),
        neck=1.1,
        loose=0.04,
        close=0.022,
        rounds=16,
        ease=0.045,
        folds=0.006,
        gap=0.065,
    ),
    "coat": Cutting(
        *(1.99, 0.95),
        neck=1.0,
        loose=0.05,
        close=0.028,
        rounds=18,
        ease=0.07,
        folds=0.007,
        collar="collar",
        gap=0.02,
    ),
}
BOTTOMS = {
    "trousers": Cutting(
        hem=2.08, loose=0.022, close=0.008, rounds=10, ease=0.022, slope=0.09, folds=0.005
    ),
    "wide_trousers": Cutting(
        hem=2.1, loose=0.035, close=0.008, rounds=12, ease=0.06, slope=0.0, folds=0.008
    ),
    "slim_trousers": Cutting(hem=1.97, loose=0.012, close=0.006, folds=0.003),
    "joggers": Cutting(hem=1.93, loose=0.03, close=0.01, rounds=14, folds=0.006),
    "shorts": Cutting(hem=0.72, loose=0.03, close=0.008, ease=0.035, folds=0.004),
    "long_shorts": Cutting(hem=1.1, loose=0.03, close=0.008, ease=0.035, folds=0.005),
    "leggings": Cutting(hem=1.86, loose=0.004, close=0.004, rounds=2, folds=0.0),
}
SKIRTS = {
    "pencil_skirt": Cutting(hem=0.95, waist=-0.35, ease=0.022, slope=0.03),
    "a_line_skirt": Cutting(hem=0.9, waist=-0.38, ease=0.09, folds=0.02, pleats=7),
    "pleated_skirt": Cutting(hem=0.7, waist=-0.38, ease=0.08, folds=0.018, pleats=12),
    "mini_skirt": Cutting(hem=0.42, waist=-0.3, ease=0.03, folds=0.004, pleats=6),
    "long_skirt": Cutting(hem=1.85, waist=-0.38, ease=0.12, folds=0.035, pleats=8),
}
DRESSES = {
    "summer_dress": Cutting(
        *(-0.12, 0.92, -0.5),
        neck=1.25,
        plunge=0.05,
        close=0.008,
        loose=0.012,
        ease=0.09,
        folds=0.024,
        pleats=8,
    ),
    "shirt_dress": Cutting(
        *(0.6, 0.95, -0.45),
        neck=0.95,
        close=0.01,
        loose=0.016,
        ease=0.06,
        folds=0.012,
        pleats=7,
        collar="collar",
    ),
    "long_dress": Cutting(
        *(0.3, 1.88, -0.5),
        neck=1.1,
        plunge=0.03,
        close=0.008,
        loose=0.012,
        ease=0.13,
        folds=0.03,
        pleats=9,
    ),
    "sheath_dress": Cutting(
        *(0.35, 0.9, -0.45),
        neck=1.1,
        close=0.008,
        loose=0.011,
        ease=0.024,
        slope=0.02,
    ),
}

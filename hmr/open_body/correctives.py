"""Pose correctives: SMPL-X's `posedirs`, so that bent joints keep their volume.

SMPL-X adds displacements, linear in the entries of R - I of each joint, before linear blending.
Here they are fitted, joint by joint, to what the linear blend loses (`hmr.open_body.bending`) over
rotations from all of the joint's range. Only the symmetric part of R is used: it changes with the
square of a small angle, as the loss does, so poses near rest stay as they are.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float16, Float32
from scipy.spatial.transform import Rotation

from hmr.joints import SMPLX_55
from hmr.open_body.bending import Bend, lost

FEATURES = 9 * (len(SMPLX_55) - 1)
ROTATIONS = 150
RIDGE = 1e-3
SMALLEST = 5e-5
"""Displacements of a full turn below this, in metres, are left out."""

RANGES_DEG = {
    "hip": ((-130, 30), (-45, 45), (-45, 45)),
    "knee": ((0, 150), (-15, 15), (-10, 10)),
    "ankle": ((-40, 40), (-25, 25), (-25, 25)),
    "foot": ((-50, 30), (-5, 5), (-5, 5)),
    "spine": ((-20, 45), (-30, 30), (-25, 25)),
    "neck": ((-40, 40), (-45, 45), (-30, 30)),
    "head": ((-40, 40), (-45, 45), (-30, 30)),
    "collar": ((-20, 20), (-25, 25), (-25, 25)),
    "shoulder": ((-70, 70), (-130, 40), (-85, 95)),
    "elbow": ((-80, 80), (-150, 5), (-15, 15)),
    "wrist": ((-60, 60), (-35, 35), (-80, 80)),
    "finger": ((-10, 10), (-15, 15), (-100, 20)),
}
"""Rotation vectors from which to learn, about x, y and z; the right side mirrors the left."""

STRENGTH = {"shoulder": 0.6}
"""Share of what is lost that is given back, where less than all: a raised arm takes the shoulder
blade with it, so skin that kept its distance from the joint would bulge."""

CORRECTED = tuple(name for name in SMPLX_55[1:] if name != "jaw" and "eye" not in name)
"""Joints that have correctives: the jaw and the eyes turn too little to need any."""

# The entries of a symmetric matrix, spread over the nine of a matrix.
_UPPER = tuple(zip(*np.triu_indices(3), strict=True))
_SYMMETRIC = np.array(
    [[((a, b) in ((i, j), (j, i))) / (1 + (i != j)) for i, j in _UPPER]
     for a in range(3) for b in range(3)]
)  # fmt: skip


def pose_correctives(
    template: Float32[np.ndarray, "v 3"], bends: Sequence[Bend]
) -> Float16[np.ndarray, "v 3 486"]:
    """Fit correctives of all joints to one body in the T-pose."""
    rng = np.random.default_rng(0)
    correctives = np.zeros((*template.shape, FEATURES), dtype=np.float16)
    for bend in bends:
        first = 9 * (bend.joint - 1)
        fitted = _fit(bend, bend.offsets(template), _rotations(bend.joint, rng))
        correctives[bend.vertices, :, first : first + 9] = fitted
    return correctives


def _rotations(joint: int, rng: np.random.Generator) -> Float[np.ndarray, "n 3"]:
    """Draw rotation vectors from the range of a joint."""
    low, high = np.radians(RANGES_DEG.get(_part(joint), RANGES_DEG["finger"])).T
    drawn = rng.uniform(low, high, (ROTATIONS, 3))
    return drawn * ((1, -1, -1) if SMPLX_55[joint].startswith("right") else (1, 1, 1))


def _part(joint: int) -> str:
    return SMPLX_55[joint].split("_")[-1].rstrip("123")


def _fit(
    bend: Bend, offsets: Float32[np.ndarray, "m 3"], rotations: Float[np.ndarray, "n 3"]
) -> Float[np.ndarray, "m 3 9"]:
    """Ridge least squares for each vertex apart, on errors after skinning."""
    matrices = Rotation.from_rotvec(rotations).as_matrix()
    features = (matrices - np.eye(3)).reshape(-1, 9) @ _SYMMETRIC
    shares = bend.shares[:, None, None, None]
    blended = (1 - shares) * np.eye(3) + shares * matrices
    rows = np.einsum("mnik,nl->mnikl", blended, features).reshape(len(shares), -1, 18)
    wanted = lost(offsets, bend.shares, rotations).transpose(1, 0, 2).reshape(len(shares), -1, 1)
    normal = rows.mT @ rows + RIDGE * len(rotations) * np.eye(18)
    fitted = np.linalg.solve(normal, rows.mT @ wanted).reshape(-1, 3, 6) @ _SYMMETRIC.T
    fitted[np.abs(fitted).max((1, 2)) < SMALLEST] = 0
    return STRENGTH.get(_part(bend.joint), 1.0) * fitted

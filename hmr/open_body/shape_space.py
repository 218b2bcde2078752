"""Shape and expression components, in units of one standard deviation."""

import numpy as np
from jaxtyping import Float32, Int64

COMPONENTS = 10
LEFT_TO_CHANCE = 0.25
"""Share of the faces in which a two-sided action is drawn for each side apart."""
ACTIVE = 0.3
"""Share of the faces in which an action takes part."""

SKETCH = 30
ROUNDS = 3
"""Width and rounds of the randomised eigenvalue search; three rounds reach single precision."""

_POSED = ("eyeLook", "jaw", "mouthClose", "tongue")
"""Actions that are the business of the eyes' and the jaw's rotations, or of no one."""


def shape_components(
    vertices: Float32[np.ndarray, "n v 3"], faces: Int64[np.ndarray, "f 3"]
) -> tuple[Float32[np.ndarray, "v 3"], Float32[np.ndarray, "v 3 10"]]:
    """Mean and principal components of bodies in one pose, so that betas are N(0, 1).

    Vertices count by the area around them: otherwise the finely meshed head outweighs the body.
    Each component makes people taller.
    """
    mean = vertices.mean(0)
    centred = (vertices - mean).reshape(len(vertices), -1)
    scores = _principal_scores(centred, np.repeat(vertex_areas(mean, faces), 3))
    components = (centred.T @ scores / len(vertices)).reshape(*mean.shape, COMPONENTS)
    return mean, components * _taller(mean, components)


def _principal_scores(
    rows: Float32[np.ndarray, "n d"], importance: Float32[np.ndarray, " d"]
) -> Float32[np.ndarray, "n 10"]:
    """Scores of unit variance along the strongest directions, whose columns count by importance.

    Randomised subspace iteration (Halko, Martinsson and Tropp, SIAM Review 2011): with thousands
    of people, seconds where an exact decomposition takes minutes.
    """
    width = min(SKETCH, len(rows))
    basis = np.random.default_rng(0).standard_normal((len(rows), width), dtype=np.float32)
    for _ in range(ROUNDS):
        basis = rows @ (importance[:, None] * (rows.T @ np.linalg.qr(basis)[0]))
    basis = np.linalg.qr(basis)[0]
    small = rows.T @ basis
    _, turn = np.linalg.eigh((small.T @ (importance[:, None] * small)).astype(np.float64))
    scores = basis @ turn[:, : -COMPONENTS - 1 : -1].astype(np.float32)
    return scores * np.float32(np.sqrt(len(rows)))


def expression_components(
    actions: Float32[np.ndarray, "a v 3"], names: tuple[str, ...], seed: int
) -> Float32[np.ndarray, "v 3 10"]:
    """Principal components of random faces around the neutral one, so that N(0, 1) is a face."""
    kept = expressive(names)
    faces = _random_faces([names[i] for i in kept], 4000, np.random.default_rng(seed))
    _, values, rows = np.linalg.svd(faces / np.sqrt(len(faces)), full_matrices=False)
    flat = (values[:, None] * rows) @ actions[kept].reshape(len(kept), -1)
    _, spread, components = np.linalg.svd(flat, full_matrices=False)
    # The mean face is a mild version of what actions do at full strength, so it sets the sign.
    sign = np.sign(components @ (faces.mean(0) @ actions[kept].reshape(len(kept), -1)))
    scaled = (sign * spread)[:COMPONENTS, None] * components[:COMPONENTS]
    return scaled.reshape(COMPONENTS, -1, 3).transpose(1, 2, 0).astype(np.float32)


def expressive(names: tuple[str, ...]) -> list[int]:
    """Indices of the facial actions that expressions are made of."""
    return [i for i, name in enumerate(names) if not name.startswith(_POSED)]


def vertex_areas(
    vertices: Float32[np.ndarray, "v 3"], faces: Int64[np.ndarray, "f 3"]
) -> Float32[np.ndarray, " v"]:
    """Area around each vertex: a third of each triangle it is a corner of."""
    a, b, c = vertices[faces].transpose(1, 0, 2)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 6
    around = np.bincount(faces.ravel(), np.repeat(area, 3), minlength=len(vertices))
    return around.astype(np.float32)


def _taller(
    mean: Float32[np.ndarray, "v 3"], components: Float32[np.ndarray, "v 3 10"]
) -> Float32[np.ndarray, " 10"]:
    top, bottom = mean[:, 1].argmax(), mean[:, 1].argmin()
    growth = components[top, 1] - components[bottom, 1]
    return np.where(growth < 0, -1, 1).astype(np.float32)


def _random_faces(names: list[str], count: int, rng: np.random.Generator) -> np.ndarray:
    """Strengths of actions, in 0 to 1; the two sides of a face mostly act together."""
    strengths = np.zeros((count, len(names)), dtype=np.float32)
    for name in names:
        if name.endswith("Right"):
            continue
        strength = rng.random(count) * (rng.random(count) < ACTIVE)
        strengths[:, names.index(name)] = strength
        if name.endswith("Left"):
            other = rng.random(count) * (rng.random(count) < ACTIVE)
            apart = rng.random(count) < LEFT_TO_CHANCE
            column = names.index(name.removesuffix("Left") + "Right")
            strengths[:, column] = np.where(apart, other, strength)
    return strengths

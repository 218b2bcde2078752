"""Tells whether meshes are closed."""

import numpy as np


def closed(solid) -> bool:
    """Tell whether each edge is walked as often one way as the other, corners joined by place."""
    places = np.round(solid.vertices.astype(np.float64), 4)
    _, number = np.unique(places, axis=0, return_inverse=True)
    faces = number.reshape(-1)[solid.faces]
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    edges = edges[edges[:, 0] != edges[:, 1]]
    there, back = (np.unique(e, axis=0, return_counts=True) for e in (edges, edges[:, ::-1]))
    same = np.array_equal(there[0], back[0]) and np.array_equal(there[1], back[1])
    return bool(same)

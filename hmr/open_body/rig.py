"""The rig: one skeleton and one set of weights, for bodies of every shape."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from hmr.joints import SMPLX_55
from hmr.open_body.anny_source import Bodies, Mesh
from hmr.open_body.bending import Bend, make_bend
from hmr.open_body.correctives import CORRECTED
from hmr.open_body.regressor import fit_regressor
from hmr.open_body.shape_space import expressive, vertex_areas
from hmr.open_body.skeleton import place_joints
from hmr.open_body.skinning import merge_weights, spread_wrists
from hmr.open_body.tpose import to_t_pose

TURNED = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
"""Joints that the T-pose turns by enough to matter."""
STILL = 1e-3
"""Vertices that no facial action moves further than this, in metres, may place joints."""


@dataclass(frozen=True)
class Posed:
    """Bodies in SMPL-X's T-pose."""

    vertices: Float32[np.ndarray, "n v 3"]
    joints: Float32[np.ndarray, "n 55 3"]


@dataclass(frozen=True)
class Rig:
    """What turns Anny's bodies into SMPL-X's."""

    weights: Float32[np.ndarray, "v 55"]
    """Skinning weights."""
    still: Bool[np.ndarray, " v"]
    """Vertices that no expression moves."""
    at_rest: Float32[np.ndarray, "55 v"]
    """Joints from vertices, in Anny's rest pose."""
    bends: tuple[Bend, ...]
    """Skin around each joint that has pose correctives."""

    bone_names: tuple[str, ...]
    """Names of Anny's bones."""

    def t_pose(self, bodies: Bodies) -> Posed:
        """Pose bodies into SMPL-X's T-pose."""
        joints = np.einsum("jv,nvk->njk", self.at_rest, bodies.vertices, optimize=True)
        return self._turn(bodies, joints)

    def t_pose_by_bones(self, bodies: Bodies) -> Posed:
        """Pose bodies by the joints that Anny itself gives them, and these joints with them."""
        return self._turn(bodies, place_joints(bodies.bones, self.bone_names))

    def regressor(self, bodies: Bodies) -> Float32[np.ndarray, "55 v"]:
        """Fit joints from vertices in the T-pose, to bodies that stand for all."""
        posed = self.t_pose_by_bones(bodies)
        return fit_regressor(posed.vertices, posed.joints, self.weights, self.still)

    def _turn(self, bodies: Bodies, joints: Float32[np.ndarray, "n 55 3"]) -> Posed:
        turned = [bend for bend in self.bends if SMPLX_55[bend.joint].split("_")[-1] in TURNED]
        return Posed(*to_t_pose(bodies.vertices, joints, self.weights, turned))


def make_rig(mesh: Mesh, average: Bodies) -> Rig:
    """Make the rig from people whose mean is the average adult."""
    joints = place_joints(average.bones, mesh.bone_names)
    mean_vertices, mean_joints = average.vertices.mean(0), joints.mean(0)
    weights = merge_weights(mesh.bone_weights, mesh.bone_names, mean_vertices, mean_joints)
    weights = spread_wrists(weights, mean_vertices, mean_joints, mesh.faces).astype(np.float32)
    moves = np.linalg.norm(mesh.actions[expressive(mesh.action_names)], axis=2).max(0)
    still = moves < STILL
    at_rest = fit_regressor(average.vertices, joints, weights, still)
    areas = vertex_areas(mean_vertices, mesh.faces)
    bends = tuple(make_bend(name, weights, areas) for name in CORRECTED)
    return Rig(weights, still, at_rest, bends, mesh.bone_names)

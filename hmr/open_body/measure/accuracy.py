"""How close the open body comes to Anny's people, whom it has not seen."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32

from hmr.open_body.anny_source import Bodies
from hmr.open_body.build import Common

UNSEEN = 77
"""Seed of people that no file was learned from."""
BATCH = 100


@dataclass(frozen=True)
class Accuracy:
    """Errors of one body file, in millimetres."""

    adults_mm: Float[np.ndarray, " adults"]
    """Mean error of the vertices of each adult, fitted with 10 betas."""
    children_mm: Float[np.ndarray, " children"]
    """Mean error of the vertices of each child, fitted with 10 betas and the kid weight."""
    adult_joints_mm: Float[np.ndarray, " 55"]
    """Mean distance of each joint from Anny's own, over the adults."""
    child_joints_mm: Float[np.ndarray, " 55"]


@dataclass(frozen=True)
class BodyFile:
    """The arrays of a body file that shape people."""

    template: Float32[np.ndarray, "v 3"]
    betas: Float32[np.ndarray, "v 3 10"]
    kid: Float32[np.ndarray, "v 3"]
    regressor: Float32[np.ndarray, "55 v"]

    @staticmethod
    def load(file: Path, kid_file: Path) -> "BodyFile":
        """Load a gender's file and the kid template beside it."""
        arrays, kid = np.load(file), np.load(kid_file)
        return BodyFile(
            arrays["v_template"],
            arrays["shapedirs"][..., :10],
            # smplx moves the kid by the mean of its vertices.
            kid - kid.mean(0) - arrays["v_template"],
            arrays["J_regressor"],
        )

    def residuals(
        self, people: Float32[np.ndarray, "n v 3"], with_kid: bool
    ) -> Float[np.ndarray, "n v"]:
        """Distances that are left after least squares over shape and translation."""
        shape = [*self.betas.transpose(2, 0, 1), *([self.kid] if with_kid else [])]
        moves = [np.tile(axis, (len(self.template), 1)) for axis in np.eye(3)]
        span = np.linalg.qr(np.stack([*shape, *moves]).reshape(len(shape) + 3, -1).T)[0]
        wanted = (people - self.template).reshape(len(people), -1)
        left = wanted - (wanted @ span) @ span.T
        return np.linalg.norm(left.reshape(people.shape), axis=2)


def measure(
    body: BodyFile, common: Common, gender: str, adults: int = 1000, children: int = 500
) -> Accuracy:
    """Fit a body file to people whom it has not seen."""
    grown = common.source.adults(adults, gender, UNSEEN)
    small = common.source.children(children, gender, UNSEEN)
    adults_mm, adult_joints_mm = _errors_mm(body, common, grown, with_kid=False)
    children_mm, child_joints_mm = _errors_mm(body, common, small, with_kid=True)
    return Accuracy(adults_mm, children_mm, adult_joints_mm, child_joints_mm)


def _errors_mm(
    body: BodyFile, common: Common, people: Bodies, with_kid: bool
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " 55"]]:
    """Mean error of each body's vertices, and of each joint over the bodies."""
    shapes, joints = [], []
    for start in range(0, len(people.vertices), BATCH):
        few = slice(start, start + BATCH)
        some = Bodies(people.vertices[few], people.bones[few])
        posed = common.rig.t_pose(some).vertices[:, common.order]
        shapes.append(body.residuals(posed, with_kid).mean(1))
        true = common.rig.t_pose_by_bones(some)
        regressed = np.einsum("jv,nvk->njk", body.regressor, true.vertices[:, common.order])
        joints.append(np.linalg.norm(regressed - true.joints, axis=2))
    return 1000 * np.concatenate(shapes), 1000 * np.concatenate(joints).mean(0)

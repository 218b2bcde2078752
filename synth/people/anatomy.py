"""Where things are on a body in rest pose, whatever the topology of its file.

SMPL-X's rest pose is a T: arms along x, facing +z. Places are told by joints,
face landmarks and skinning weights, never by vertex numbers.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hmr.body import Body
from hmr.joints import SMPLX_55
from hmr.params import Params

EYES = ("left_eye_smplhf", "right_eye_smplhf")
HEAD = ("head", "jaw", *EYES)


@dataclass(frozen=True, eq=False)
class Anatomy:
    """The mean body at rest, and what belongs to what."""

    vertices: Float[np.ndarray, "v 3"]
    faces: Int[np.ndarray, "f 3"]
    weights: Float[np.ndarray, "v 55"]
    places: dict[str, Float[np.ndarray, "3"]]
    """The 55 joints, and of the face's landmarks those that paint needs."""
    skin: Bool[np.ndarray, " v"]
    """The closed outer skin: neither eyeballs nor what is in the mouth."""
    component: Int[np.ndarray, " v"]
    """Number of the connected piece of surface that each vertex belongs to."""

    @property
    def x(self) -> Float[np.ndarray, " v"]:
        """Distance from the plane of symmetry."""
        return np.abs(self.vertices[:, 0])

    @property
    def y(self) -> Float[np.ndarray, " v"]:
        """Height in rest pose."""
        return self.vertices[:, 1]

    @property
    def z(self) -> Float[np.ndarray, " v"]:
        """Depth in rest pose; the face looks along +z."""
        return self.vertices[:, 2]

    def share(self, *joints: str) -> Float[np.ndarray, " v"]:
        """How much of each vertex moves with the named joints."""
        return self.weights[:, [SMPLX_55.index(name) for name in joints]].sum(1)

    def at(self, name: str) -> Float[np.ndarray, "3"]:
        """Place of a joint or landmark; of the left and right one's mean without a side."""
        if name in self.places:
            return self.places[name]
        left, right = self.places[f"left_{name}"], self.places[f"right_{name}"]
        return np.array([abs(left[0] - right[0]) / 2, *(left[1:] + right[1:]) / 2])


BROWS = tuple(f"{side}_eye_brow{i}" for side in ("left", "right") for i in range(1, 6))
LIPS = (
    *("right_mouth_1", "right_mouth_2", "right_mouth_3", "mouth_top"),
    *("left_mouth_3", "left_mouth_2", "left_mouth_1", "left_mouth_5", "left_mouth_4"),
    *("mouth_bottom", "right_mouth_4", "right_mouth_5"),
)
"""The outline of the lips, in order."""
EARS = ("left_ear", "right_ear")
TIPS = tuple(
    f"{side}_{finger}"
    for side in ("left", "right")
    for finger in ("thumb", "index", "middle", "ring", "pinky")
)


def study(body: Body) -> Anatomy:
    """Learn the places of a body file."""
    rest = Params.rest(1)
    output = body(rest)
    marks = (*BROWS, *LIPS, *EARS, *TIPS, "nose")
    found = body.keypoints(rest, marks)[0].double().numpy()
    places = dict(zip(SMPLX_55, output.joints[0].double().numpy(), strict=True))
    places |= dict(zip(marks, found, strict=True))
    component = pieces(body.faces, body.vertex_count)
    return Anatomy(
        vertices=output.vertices[0].double().numpy(),
        faces=np.asarray(body.faces),
        weights=body.layer.lbs_weights.double().numpy(),
        places=places,
        skin=component == np.bincount(component).argmax(),
        component=component,
    )


def pieces(faces: Int[np.ndarray, "f 3"], count: int) -> Int[np.ndarray, " v"]:
    """Number the connected pieces of a surface."""
    ends = np.concatenate([faces[:, :2], faces[:, 1:]])
    links = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    return connected_components(links, directed=False)[1].astype(np.int64)

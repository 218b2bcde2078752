"""Where the camera stands, and the piece of ground it shows."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Float64

from hmr.cameras import Camera, focal_from_mm, intrinsics, looking
from hmr.distortion import distort
from hmr.errors import InputError
from synth.scenes.cameras import CORNER_MM, Cameras, Number, limits
from synth.scenes.lenses import unfolded

Rng = np.random.Generator
NEAREST, DEEP = 1.9, 1.7
"""Least distance of people, in metres, and the crowd's depth as a multiple of its distance."""
SHALLOWEST = 4.5
"""Least depth of the crowd, in metres."""
HEAD, CHEST, HIP, KNEE = 1.6, 1.2, 0.9, 0.5
"""Of a standing person, in metres above the ground."""
LEAST_SIDE = 5.0
"""Of the square whose corners hold cameras, in metres; from nearer they would show no crowd."""
LEAST_DEPTH = 2.5
"""Of the ground that a free camera must show, in metres."""
TRIES = 400
"""Free cameras drawn before giving up."""


@dataclass(frozen=True)
class Viewpoint:
    """A camera and the piece of ground it is meant to see people on.

    Whoever stands on `ground(ahead, aside)` with `near` <= ahead <= `far` and aside within
    `slope` times ahead has their chest in the picture, however the camera is rolled or pitched.
    """

    camera: Camera
    width: int
    height: int
    near: float
    """Where the crowd begins, along the ground from under the camera."""
    far: float
    slope: float
    """Half the width of what is seen, as a multiple of the distance."""
    forward: Float[np.ndarray, "2"]
    """X and z of the direction of view on the ground."""
    kind: str = "agora"
    """Of camera: a key of `synth.scenes.cameras.KINDS`."""
    corner: int | None = None
    """Which of the four corner cameras it is: 0 at (-x, -z), then (x, -z), (x, z), (-x, z)."""

    @property
    def foot(self) -> Float[np.ndarray, "2"]:
        """X and z of the point under the camera."""
        return self.camera.centre.double().numpy()[[0, 2]]

    def ground(self, ahead: float, aside: float) -> Float[np.ndarray, "2"]:
        """X and z of a point so far ahead of the camera and to its right."""
        right = np.array([-self.forward[1], self.forward[0]])
        return self.foot + ahead * self.forward + aside * right

    @property
    def heading(self) -> float:
        """Turn about +y that makes a person look the way the camera does."""
        return float(np.arctan2(self.forward[0], self.forward[1]))

    def shows(
        self, places: Float[np.ndarray, "n 2"], above: float = CHEST
    ) -> Bool[np.ndarray, " n"]:
        """Tell what the picture shows of these points (x, z), so high above the ground."""
        x, z = places.T
        points = np.stack([x, np.full_like(x, above), z], 1)
        return in_picture(points, self.camera, self.width, self.height)


@dataclass(frozen=True)
class Pose:
    """How a camera is held: metres and radians."""

    focal_mm: float
    foot: Float[np.ndarray, "2"]
    elevation: float
    yaw: float
    pitch: float
    roll: float = 0.0

    @property
    def forward(self) -> Float[np.ndarray, "2"]:
        """X and z of the direction of view on the ground."""
        return np.array([-np.sin(self.yaw), -np.cos(self.yaw)])


def draw_viewpoint(rng: Rng, cameras: Cameras, area: Number | None = None) -> Viewpoint:
    """Draw a camera that has the crowd around the world's origin before it.

    Args:
        rng: Source of all choices.
        cameras: What to draw from.
        area: Square metres on which all must stand; the corner cameras stand at its corners.

    Raises:
        InputError: No camera of these settings shows ground where people stand.
    """
    kinds = cameras.kinds
    kind = kinds[int(rng.integers(len(kinds))) if len(kinds) > 1 else 0]
    if kind == "corners":
        side = cameras.side if area is None else float(np.sqrt(area))
        return corner_view(cameras, int(rng.integers(4)), side, _lens(rng, cameras))
    return _free(rng, cameras) if kind == "free" else _agora(rng, cameras)


def corner_view(
    cameras: Cameras, corner: int, side: float, lens: Float[torch.Tensor, "5"] | None = None
) -> Viewpoint:
    """Stand in a corner of the crowd's square and look at its middle."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    place = corners[corner] * max(side, LEAST_SIDE) / 2
    distance = float(np.linalg.norm(place))
    pitch = float(np.arctan2(cameras.elevation - CHEST, distance))
    yaw = float(np.arctan2(place[0], place[1]))
    pose = Pose(CORNER_MM, place, float(cameras.elevation), yaw, pitch)
    near = _nearest(cameras, pose)
    far = max(2 * distance - near, near + LEAST_DEPTH)
    return _viewpoint(cameras, pose, (near, far), lens, "corners", corner)


def _agora(rng: Rng, cameras: Cameras) -> Viewpoint:
    view = cameras.views[int(rng.integers(len(cameras.views)))]
    yaw, pitch = float(rng.uniform(-np.pi, np.pi)), float(np.radians(view[1]))
    lens = _lens(rng, cameras)
    pose = Pose(float(view[0]), np.zeros(2), float(cameras.elevation), yaw, pitch)
    near = _nearest(cameras, pose)
    far = near + max(SHALLOWEST, DEEP * near)
    pose = _moved(pose, -pose.forward * (near + far) / 2)
    return _viewpoint(cameras, pose, (near, far), lens, "agora")


def _free(rng: Rng, cameras: Cameras) -> Viewpoint:
    for _ in range(TRIES):
        view = _tried(rng, cameras)
        if view is not None:
            return view
    raise InputError(
        f"camera.free: none of {TRIES} cameras drawn shows ground where people stand; "
        "widen camera.free.distance, or look down less with a shorter focal length"
    )


def _tried(rng: Rng, cameras: Cameras) -> Viewpoint | None:
    """Draw a free camera; None if the crowd's middle or too little ground is in its picture."""
    free = cameras.free

    def within(name: str) -> float:
        return float(rng.uniform(*limits(f"camera.free.{name}", getattr(free, name))))

    low, high = limits("camera.free.focal_mm", free.focal_mm)
    focal_mm = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    elevation, distance = within("height"), within("distance")
    pitch, roll = np.radians(within("pitch_deg")), np.radians(within("roll_deg"))
    yaw = float(rng.uniform(-np.pi, np.pi))
    lens = _lens(rng, cameras)
    pose = Pose(focal_mm, np.zeros(2), elevation, yaw, float(pitch), float(roll))
    pose = _moved(pose, -pose.forward * distance)
    seen = _depth_shown(cameras, pose, distance, lens)
    if seen is None or seen[1] - seen[0] < LEAST_DEPTH:
        return None
    view = _viewpoint(cameras, pose, seen, lens, "free")
    return view if view.slope * view.far > 1.0 else None


def _lens(rng: Rng, cameras: Cameras) -> Float[torch.Tensor, "5"] | None:
    if cameras.distortion is None:
        return None
    return torch.tensor([rng.uniform(*ends) for ends in cameras.lens_ranges], dtype=torch.float32)


def _nearest(cameras: Cameras, pose: Pose) -> float:
    """Find how near people may be: their feet a little below the picture."""
    focal = focal_from_mm(pose.focal_mm, cameras.width)
    down = pose.pitch + float(np.arctan(cameras.height / 2 / focal))
    return max(NEAREST, 0.8 * pose.elevation / float(np.tan(min(down, np.pi / 2 - 0.1))))


def _depth_shown(
    cameras: Cameras, pose: Pose, distance: float, lens: Float[torch.Tensor, "5"] | None
) -> tuple[float, float] | None:
    """Find where, around a distance, people straight ahead are in the picture.

    Knees and head must be in it at the distance itself, hips and head elsewhere.
    """
    half = max(SHALLOWEST, DEEP / (1 + DEEP / 2) * distance) / 2
    aheads = distance + half * np.linspace(-1, 1, 65)
    camera = _camera(cameras, pose, lens)

    def seen(above: float) -> Bool[np.ndarray, " n"]:
        x, z = (pose.foot[:, None] + pose.forward[:, None] * aheads).astype(float)
        points = np.stack([x, np.full_like(x, above), z], 1)
        return in_picture(points, camera, cameras.width, cameras.height)

    shown, middle = seen(HEAD) & seen(HIP) & (aheads >= NEAREST), len(aheads) // 2
    if not (shown[middle] and seen(KNEE)[middle]):
        return None
    gaps = np.flatnonzero(~shown)
    first = max((i + 1 for i in gaps if i < middle), default=0)
    last = min((i - 1 for i in gaps if i > middle), default=len(aheads) - 1)
    return float(aheads[first]), float(aheads[last])


def _moved(pose: Pose, foot: Float[np.ndarray, "2"]) -> Pose:
    return Pose(pose.focal_mm, foot, pose.elevation, pose.yaw, pose.pitch, pose.roll)


def _camera(cameras: Cameras, pose: Pose, lens: Float[torch.Tensor, "5"] | None) -> Camera:
    focal = focal_from_mm(pose.focal_mm, cameras.width)
    K = intrinsics(focal, cameras.width, cameras.height).double()
    x, z = pose.foot
    position = torch.tensor([x, pose.elevation, z], dtype=torch.float64)
    camera = looking(position, pose.yaw, pose.pitch, pose.roll, K)
    return Camera(camera.K.float(), camera.R.float(), camera.t.float(), lens)


def _viewpoint(
    cameras: Cameras,
    pose: Pose,
    depth: tuple[float, float],
    lens: Float[torch.Tensor, "5"] | None,
    kind: str,
    corner: int | None = None,
) -> Viewpoint:
    size, camera = (cameras.width, cameras.height), _camera(cameras, pose, lens)
    widest = 4.0
    view = Viewpoint(camera, *size, *depth, widest, pose.forward, kind, corner)
    return Viewpoint(camera, *size, *depth, _slope(view), pose.forward, kind, corner)


def _slope(view: Viewpoint) -> float:
    """Find the greatest slope at which chests left and right are in the picture all the way."""
    ahead = np.linspace(view.near, view.far, 9)[:, None]
    right = np.array([-view.forward[1], view.forward[0]])
    middle, sideways = view.foot + ahead * view.forward, np.stack([ahead * right, -ahead * right])
    low, high = 0.0, view.slope
    for _ in range(16):
        slope = (low + high) / 2
        places = (middle + slope * sideways).reshape(-1, 2)
        low, high = (slope, high) if view.shows(places).all() else (low, slope)
    return low


def in_picture(
    points: Float64[np.ndarray, "n 3"], camera: Camera, width: int, height: int
) -> Bool[np.ndarray, " n"]:
    """Tell which world points a camera's picture shows, if nothing is before them."""
    K, R, t = (x.double().numpy() for x in (camera.K, camera.R, camera.t))
    in_camera = points @ R.T + t
    before = in_camera[:, 2] > 0
    rays = in_camera[:, :2] / np.where(before, in_camera[:, 2], 1)[:, None]
    if camera.distortion is not None:
        lens = camera.distortion.double()
        before &= unfolded(rays, lens.numpy())
        rays = distort(torch.from_numpy(rays), lens).numpy()
    pixels = rays @ K[:2, :2].T + K[:2, 2]
    return before & (pixels >= 0).all(1) & (pixels < [width, height]).all(1)

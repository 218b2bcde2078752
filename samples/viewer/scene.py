"""The scene of an image in 3D: bodies or the scene as rendered, predictions, the camera."""

import numpy as np
import roma
import torch
import viser
from jaxtyping import Float

from hmr.body import load_body
from hmr.drawing import Colour, colour_of
from hmr.sample import FIRST_ENVIRONMENT_ID, Sample
from samples.viewer.beside import Beside
from samples.viewer.pictures import PREDICTED

BODIES, RENDERED = "bodies", "as rendered"
PARTS = ("/people", "/predicted", "/rendered", "/camera", "/ground")
OTHERS: Colour = (172, 178, 186)
"""Colour of people who have nothing to do with the chosen one."""
FRUSTUM = 0.35
"""Length of the camera's frustum, in metres."""


def show_scene(
    server: viser.ViserServer,
    sample: Sample,
    how: str = BODIES,
    chosen: int | None = None,
    beside: Beside | None = None,
    body_path: str | None = None,
) -> None:
    """Put an image's people, camera and predictions into the page's 3D scene.

    Args:
        server: The page.
        sample: With its image.
        how: `BODIES`, or `RENDERED` where the record holds its scene.
        chosen: Row of a person who stands out.
        beside: Predictions, drawn in their own colour.
        body_path: Body file; the open body when left out.

    Raises:
        InputError: The body file is missing or does not fit the labels.
    """
    posed = _bodies(sample, body_path)
    hiders = _hiders(sample, chosen)
    with server.atomic():
        clear(server)
        server.scene.set_up_direction("-y" if in_camera_frame(sample) else "+y")
        _show_ground(server, sample)
        rendered = how == RENDERED and sample.glb is not None
        if rendered and sample.glb is not None:
            server.scene.add_glb("/rendered", sample.glb)
        for row, (vertices, faces) in posed.items():
            colour, opacity = _look(row, chosen, hiders)
            if not rendered:
                name = f"/people/{row}"
                server.scene.add_mesh_simple(name, vertices, faces, color=colour, opacity=opacity)
            elif row == chosen:
                name = f"/people/{row}"
                server.scene.add_mesh_simple(name, vertices, faces, color=colour, wireframe=True)
        _show_predicted(server, beside, chosen)
        _show_camera(server, sample)


def clear(server: viser.ViserServer) -> None:
    """Empty the scene."""
    for name in PARTS:
        server.scene.remove_by_name(name)


def in_camera_frame(sample: Sample) -> bool:
    """Tell whether the world is the camera's own frame, where y points down."""
    return bool(np.allclose(sample.camera.R.numpy(), np.eye(3)))


@torch.no_grad()
def _bodies(
    sample: Sample, body_path: str | None
) -> dict[int, tuple[Float[np.ndarray, "vertices 3"], np.ndarray]]:
    """Pose the people, by row, of whom a body is known."""
    found = {}
    for row, person in enumerate(sample.people):
        if person.has_body:
            body = load_body(body_path, person.gender)
            found[row] = body(sample.params.index([row])).vertices[0].numpy(), body.faces
    return found


def _hiders(sample: Sample, chosen: int | None) -> set[int]:
    """Find the rows of the people who hide the chosen one."""
    if chosen is None:
        return set()
    ids = {o.id for o in sample.people[chosen].occluders or () if o.id < FIRST_ENVIRONMENT_ID}
    return {row for row, person in enumerate(sample.people) if person.person_id in ids}


def _look(row: int, chosen: int | None, hiders: set[int]) -> tuple[Colour, float | None]:
    """Choose the colour and opacity of a body."""
    if chosen is None or row == chosen:
        return colour_of(row), None
    return (colour_of(row), 0.6) if row in hiders else (OTHERS, 0.35)


def _show_predicted(server: viser.ViserServer, beside: Beside | None, chosen: int | None) -> None:
    if beside is None:
        return
    for i, row in enumerate(beside.rows):
        if chosen is None or row == chosen:
            vertices, name = beside.vertices[i], f"/predicted/{i}"
            server.scene.add_mesh_simple(
                name, vertices, beside.faces, color=PREDICTED, opacity=0.55
            )


def _show_ground(server: viser.ViserServer, sample: Sample) -> None:
    """Draw the plane y = 0 below the people; where the world is the camera's, there is none."""
    if in_camera_frame(sample):
        return
    x, _, z = _middle(sample)
    # Whole metres, so that the lines stay those of the world.
    place = (float(round(x / 5) * 5), 0.0, float(round(z / 5) * 5))
    server.scene.add_grid(
        "/ground", 40, 40, plane="xz", cell_size=1, section_size=5, position=place
    )


def _show_camera(server: viser.ViserServer, sample: Sample) -> None:
    camera = sample.camera
    x, y, z, w = roma.rotmat_to_unitquat(camera.R.mT.double()).tolist()
    server.scene.add_camera_frustum(
        "/camera",
        fov=field_of_view(sample),
        aspect=sample.width / sample.height,
        scale=FRUSTUM,
        color=(60, 60, 60),
        image=None if sample.image is None else np.ascontiguousarray(sample.image[::2, ::2]),
        wxyz=(w, x, y, z),
        position=camera.centre.double().numpy(),
    )


def field_of_view(sample: Sample) -> float:
    """Angle from the image's upper edge to its lower, in radians; the lens' bend left out."""
    return 2 * float(np.arctan(sample.height / 2 / float(sample.camera.K[1, 1])))


def stand_behind(server: viser.ViserServer, sample: Sample, chosen: int | None = None) -> None:
    """Put everyone who looks behind the camera, above it and to its side, so that it shows too.

    They look at the middle of the people, or at the one of the chosen row.
    """
    up = _up(sample)
    camera, centre = sample.camera, sample.camera.centre.double().numpy()
    forward, right = camera.R[2].double().numpy(), camera.R[0].double().numpy()
    position = centre - 1.5 * forward + 1.2 * right + 1.2 * up
    aim = _middle(sample) if chosen is None else sample.joints_3d[chosen, 0].astype(np.float64)
    _stand(server, position, aim, up, np.deg2rad(55))


def stand_at_camera(server: viser.ViserServer, sample: Sample) -> None:
    """Put everyone who looks where the camera stands, with its field of view."""
    # Just before the picture in its frustum, which would hide everything else.
    forward = sample.camera.R[2].double().numpy()
    position = sample.camera.centre.double().numpy() + (FRUSTUM + 0.02) * forward
    up = -sample.camera.R[1].double().numpy()
    _stand(server, position, position + 4 * forward, up, field_of_view(sample))


def _stand(
    server: viser.ViserServer, position: np.ndarray, look_at: np.ndarray, up: np.ndarray, fov: float
) -> None:
    server.initial_camera.up = up
    clients = [client.camera for client in server.get_clients().values()]
    for view in clients:
        view.up_direction = up
    for view in (server.initial_camera, *clients):
        view.position, view.look_at, view.fov = position, look_at, fov


def _up(sample: Sample) -> np.ndarray:
    return np.array([0.0, -1.0 if in_camera_frame(sample) else 1.0, 0.0])


def _middle(sample: Sample) -> np.ndarray:
    """Middle of the people, or a place before the camera where there are none."""
    if len(sample.people):
        return sample.joints_3d.reshape(-1, 3).mean(0).astype(np.float64)
    return sample.camera.centre.double().numpy() + 4 * sample.camera.R[2].double().numpy()

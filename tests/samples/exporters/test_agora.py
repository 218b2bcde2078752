import pickle
from dataclasses import replace

import cv2
import numpy as np
import pandas
import pytest
import smplx
import torch

from hmr.cameras import looking, project
from hmr.sample import decode_mask
from samples.agora_cameras import RIGS
from samples.exporters import FORMATS
from samples.exporters.agora import colour
from tests.sample_factory import make_sample, write_set

WIDTH, HEIGHT = 160, 90
VIEWS = {
    # Name of the camera: intrinsics of AGORA's, then yaw, pitch, roll of ours.
    "hdri": ("hdri", 0.05, 0.1, 0.0),
    "archviz": ("cam00", -0.1, 0.3, 0.02),
    "28mm": ("ag2", 0.0, -0.1, -0.5),
}


@pytest.fixture(scope="module")
def seen(body):
    """One image a camera; labels follow the camera, masks are those of another view."""
    return [_through(body, i, *view) for i, view in enumerate(VIEWS.values())]


def _through(body, number, mark, yaw, pitch, roll):
    sample = make_sample(body, number, 3, WIDTH, HEIGHT, 5)
    K = RIGS[mark].intrinsics(WIDTH, HEIGHT).float()
    camera = looking(torch.tensor([0.1, 1.7, 6.0]), yaw, pitch, roll, K)
    joints = [project(torch.from_numpy(person), camera) for person in sample.joints_3d]
    kids = torch.tensor([0.0, 0.6, 0.0])
    params = replace(sample.params, kid_weight=kids)
    people = tuple(
        replace(p, kid_weight=float(k)) for p, k in zip(sample.people, kids, strict=True)
    )
    world = body.joints(params)
    joints = torch.stack([project(person, camera) for person in world]).numpy()
    return replace(
        sample,
        camera=camera,
        params=params,
        people=people,
        joints_3d=world.numpy(),
        joints_2d=joints,
    )


@pytest.fixture(scope="module")
def exported(seen, tmp_path_factory):
    out = tmp_path_factory.mktemp("agora")
    data = write_set(tmp_path_factory.mktemp("set"), seen, per_shard=2)
    return out, FORMATS["agora"](data, out, None)


def tables(out, folder="dataframes_withjv"):
    return pandas.concat([pandas.read_pickle(f) for f in sorted((out / folder).glob("*.pkl"))])


def turn(axis, angle_deg):
    return cv2.Rodrigues(np.eye(3)["xyz".index(axis)] * np.deg2rad(angle_deg))[0]


def unreal(x, y, z):
    return np.array([y, -z, x]) / 100


def land(row, k, points, focal):
    """AGORA's projection as shared/design/formats.md tells it, by none of our code."""
    points = points * [1, -1, -1] @ turn("y", row.Yaw[k] - 90).T
    points = points + unreal(row.X[k], row.Y[k], row.Z[k]) - unreal(row.camX, row.camY, row.camZ)
    points = points @ turn("y", -row.camYaw).T @ turn("x", row.camPitch).T
    return focal * points[:, :2] / points[:, 2:] + [WIDTH / 2, HEIGHT / 2]


def models(body_path):
    # Their tools leave flat_hand_mean at its default.
    given = {"model_type": "smplx", "use_pca": False, "num_expression_coeffs": 10}
    kid = {"age": "kid", "kid_template_path": str(body_path.parent / "smplx_kid_template.npy")}
    return {
        False: smplx.create(str(body_path), **given, num_betas=10),
        True: smplx.create(str(body_path), **given, num_betas=10, **kid),
    }


def test_a_reader_written_from_the_layout_lands_on_our_joints(exported, seen, body_path):
    out, bodies, gaps = exported[0], models(body_path), []
    for (_, row), sample in zip(tables(out).iterrows(), seen, strict=True):
        millimetres = 50 if "hdri" in row.imgPath else 18 if "archviz" in row.imgPath else 28
        for k in range(len(row.X)):
            fit = pickle.loads((out / row.gt_path_smplx[k]).read_bytes())
            with torch.no_grad():
                joints = bodies[row.kid[k]](**{n: torch.tensor(v) for n, v in fit.items()}).joints
            points = joints[0, :55].double().numpy()
            pixels = land(row, k, points, millimetres / 36 * WIDTH)
            gaps.append(np.linalg.norm(pixels - sample.joints_2d[k], axis=1).mean())
    print(f"AGORA: joints of {len(gaps)} people off by {np.mean(gaps):.5f} pixels on average")
    assert np.mean(gaps) < 0.1 and np.max(gaps) < 0.1


def test_an_upright_person_keeps_only_what_is_their_own(body, tmp_path):
    # A camera as AGORA's own: all of the heading goes into Yaw, all of the pitch into the camera.
    sample = _through(body, 0, "ag2", 0.0, np.deg2rad(15), 0.0)
    FORMATS["agora"](write_set(tmp_path / "set", [sample]), tmp_path / "out", None)
    row = tables(tmp_path / "out").iloc[0]
    for k in range(3):
        fit = pickle.loads((tmp_path / "out" / row.gt_path_smplx[k]).read_bytes())
        assert np.abs(fit["global_orient"]).max() < 1e-5
        assert row.Z[k] == pytest.approx(row.Z[0], abs=1e-3)


def test_columns_and_shapes_are_agoras(exported):
    row = tables(exported[0]).iloc[0]
    lists = "X Y Z Yaw gender kid occlusion isValid gt_path_smplx gt_path_smpl"
    for name in (*lists.split(), "gt_joints_2d", "gt_joints_3d", "gt_verts"):
        assert isinstance(row[name], list) and len(row[name]) == 3, name
    fit = pickle.loads((exported[0] / row.gt_path_smplx[1]).read_bytes())
    assert fit["betas"].shape == (1, 11) and fit["body_pose"].shape == (1, 63)
    assert fit["left_hand_pose"].shape == (1, 45) and fit["transl"].shape == (1, 3)
    plain = tables(exported[0], "dataframes")
    assert not {"gt_joints_2d", "gt_verts"} & set(plain.columns)


def test_joints_in_the_table_are_in_3840_pixels_and_in_the_camera_frame(exported, seen):
    for (_, row), sample in zip(tables(exported[0]).iterrows(), seen, strict=True):
        for k in range(3):
            pixels = row.gt_joints_2d[k][:55] * WIDTH / 3840
            assert np.abs(pixels - sample.joints_2d[k]).max() < 1e-2
            there = sample.joints_3d[k] @ sample.camera.R.numpy().T + sample.camera.t.numpy()
            assert np.abs(row.gt_joints_3d[k][:55] - there).max() < 1e-4
            assert np.array_equal(row.K, sample.camera.K.double().numpy())
            assert row.gt_verts[k].ndim == 2


def test_masks_are_flat_and_of_one_colour_a_person(exported, seen):
    out = exported[0]
    for number, (_, row) in enumerate(tables(out).iterrows()):
        folder = out / "masks" / "_".join(row.imgPath.split("_")[:5])
        everyone = cv2.imread(str(next(folder.glob(f"*{number:06d}_00000.png"))))
        for k, person in enumerate(seen[number].people):
            alone = cv2.imread(str(next(folder.glob(f"*{number:06d}_{k + 1:05d}.png"))))
            assert np.array_equal(alone.any(-1), decode_mask(person.mask_amodal))
            assert len(np.unique(alone[alone.any(-1)], axis=0)) == 1
            colours = alone[alone.any(-1)][0]
            assert np.array_equal((everyone == colours).all(-1), decode_mask(person.mask_visible))


def test_colours_of_many_people_differ_and_are_not_black():
    colours = {colour(number) for number in range(1, 1001)}
    assert len(colours) == 1000 and (0, 0, 0) not in colours


def test_occlusion_is_in_percent_and_says_who_is_valid(exported, seen):
    for (_, row), sample in zip(tables(exported[0]).iterrows(), seen, strict=True):
        for k, person in enumerate(sample.people):
            assert row.occlusion[k] == pytest.approx(100 * person.occlusion)
            assert row.isValid[k] == (row.occlusion[k] <= 90)


def test_images_are_the_pictures_without_further_loss(exported, seen):
    out, counts = exported
    assert counts["images"] == 3 and counts["people"] == 9
    for _, row in tables(out).iterrows():
        assert cv2.imread(str(out / "images" / row.imgPath)).shape == (HEIGHT, WIDTH, 3)


def test_an_unlike_camera_is_counted_and_its_columns_tell_the_truth(data, samples, tmp_path):
    counts = FORMATS["agora"](data, tmp_path, None)
    assert counts["images_of_other_cameras"] == len(samples)
    for (_, row), sample in zip(tables(tmp_path).iterrows(), samples, strict=True):
        assert row.key == sample.key
        for k, joints in enumerate(sample.joints_3d):
            there = (joints @ row.R.T + row.t) @ row.K.T
            assert np.abs(there[:, :2] / there[:, 2:] - sample.joints_2d[k]).max() < 1e-2


def test_images_of_1280x720_have_the_names_that_their_tools_look_for(body, tmp_path):
    sample = make_sample(body, 0, 1, 1280, 720, 0)
    FORMATS["agora"](write_set(tmp_path / "set", [sample]), tmp_path / "out", None)
    name = tables(tmp_path / "out").imgPath.iloc[0]
    assert "1280x720" not in name
    assert (tmp_path / "out/images" / name.replace(".png", "_1280x720.png")).is_file()
    masks = sorted(p.name for p in (tmp_path / "out/masks").rglob("*.png"))
    assert masks[0].endswith("_mask_000000_00000_1280x720.png")

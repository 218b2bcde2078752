import os
import pickle
import shutil

import cv2
import numpy as np
import pandas
import pytest

from hmr.errors import InputError
from hmr.sample import decode_mask
from hmr.shards import read_samples
from samples.importers.writing import write_import
from tests.samples.importers.conftest import findings, pairs, reprojection

OWN = "key width height K R t distortion camPitch environment licence person_id age truncation"
OWN = [*OWN.split(), "trust", "occluders", "joint_visibility"]


@pytest.fixture
def again(exported, tmp_path):
    """Copy our AGORA export, change its tables, and import it."""
    folder = tmp_path / "agora"
    shutil.copytree(exported / "agora", folder)

    def run(change=None):
        for file in sorted((folder / "dataframes").glob("*.pkl")):
            table = pandas.read_pickle(file)
            (change or (lambda t: t))(table).to_pickle(file)
        out = tmp_path / "out"
        return out, write_import(folder, None, out, "agora")

    return folder, run


def named_for_50mm(folder):
    """Rename everything as AGORA names images that its tools take for 50 mm."""
    for path in sorted(folder.rglob("*ag2_throng_crowd_smplx_any*"), reverse=True):
        path.rename(path.with_name(path.name.replace("ag2_throng_crowd_smplx_any", HDRI)))


HDRI = "ag_throng_crowd_smplx_hdri"


def as_published(table):
    """Leave what AGORA itself publishes."""
    table = table.drop(columns=OWN)
    for column in ("imgPath", "gt_path_smplx"):
        table[column] = table[column].map(_hdri)
    return table


def _hdri(value):
    if isinstance(value, list):
        return [_hdri(item).replace(".pkl", ".obj") for item in value]
    return value.replace("ag2_throng_crowd_smplx_any", HDRI)


def test_a_table_as_published_is_read_by_the_rules_of_names(again, samples):
    folder, run = again
    named_for_50mm(folder)
    out, tally = run(as_published)
    assert tally.people == sum(len(sample.people) for sample in samples)
    for found, source in zip(read_samples(out), samples, strict=True):
        # 50 mm and level, 1.7 m up, by its name; and everybody stands before that camera.
        assert float(found.camera.K[0, 0]) == pytest.approx(50 / 36 * source.width)
        assert float(found.camera.centre[1]) == pytest.approx(1.7, abs=1e-4)
        assert found.joints_3d.shape == source.joints_3d.shape
    # Masks beside are of another camera; AGORA's sensor is 16:9, these images are 4:3.
    kinds = {finding.split(": ")[1] for finding in findings(out)}
    assert kinds <= {"mask", "visibility", "box", "camera"}


def test_masks_whose_person_is_missing_are_counted(again):
    folder, run = again
    for path in folder.rglob("masks/*/*_00001.png"):
        path.unlink()
    _, tally = run()
    assert tally.people_without_masks == 3


def test_occlusion_is_measured_from_the_masks_where_the_label_is_wrong(again, samples):
    # AGORA is known to label people in front of everybody as hidden.
    def wrong(table):
        table["occlusion"] = table["occlusion"].map(lambda shares: [99.41] * len(shares))
        return table

    out, tally = again[1](wrong)
    assert tally.occlusions_corrected > 0
    for found, row, source, other in pairs(out, samples):
        assert found.people[row].occlusion == pytest.approx(source.people[other].occlusion)


def test_fits_that_lie_in_another_folder_are_missed_by_name(again):
    folder, run = again
    next(folder.glob("smplx_gt/*.pkl")).unlink()
    with pytest.raises(InputError, match=r"person 0: no fit 'smplx_gt/"):
        run()


@pytest.mark.parametrize("name", ["../../secret.pkl", "/etc/passwd"])
def test_a_fit_outside_the_folder_is_refused(name, again):
    def leading_out(table):
        table["gt_path_smplx"] = table["gt_path_smplx"].map(lambda fits: [name] * len(fits))
        return table

    with pytest.raises(InputError, match="leads out of the folder"):
        again[1](leading_out)


class Planted:
    def __init__(self, canary):
        self.canary = canary

    def __reduce__(self):
        return os.system, (f"touch {self.canary}",)


@pytest.mark.parametrize("where", ["table", "fit"])
def test_a_planted_pickle_runs_nothing(where, again, tmp_path):
    folder = again[0]
    canary = tmp_path / "canary"
    place = "dataframes/*.pkl" if where == "table" else "smplx_gt/*.pkl"
    for path in folder.glob(place):
        path.write_bytes(pickle.dumps({"betas": np.zeros((1, 10)), "x": Planted(canary)}))
    with pytest.raises(InputError, match=r"refused, because its pickle asks for 'posix\.system'"):
        write_import(folder, None, tmp_path / "out", "agora")
    assert not canary.exists()


BROKEN = {
    "X": lambda t: t.drop(columns="X"),
    "Yaw": lambda t: t.assign(Yaw=[["x"] * 3] * len(t)),
    "kid": lambda t: t.assign(kid=None),
    "gender": lambda t: t.assign(gender=[["?"] * 3] * len(t)),
    "K": lambda t: t.assign(K=[np.zeros(3)] * len(t)),
    "joint_visibility": lambda t: t.assign(joint_visibility=[[np.zeros(3)] * 3] * len(t)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_table_is_told_in_one_line(name, again):
    with pytest.raises(InputError, match="agora") as error:
        again[1](BROKEN[name])
    assert "\n" not in str(error.value)


def test_a_flat_mask_becomes_the_same_mask(again, samples):
    out, _ = again[1]()
    for found, row, source, other in pairs(out, samples):
        visible = decode_mask(found.people[row].mask_visible)
        assert np.array_equal(visible, decode_mask(source.people[other].mask_visible))
        assert reprojection(found, row, source, other) < 0.01
    assert cv2.imread(str(next(again[0].rglob("masks/*/*.png")))) is not None

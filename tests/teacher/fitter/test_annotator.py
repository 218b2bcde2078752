"""Known bodies are found again from their projected joints, and missing joints do no harm."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hmr.cameras import intrinsics, to_pixels
from hmr.joints import COCO_17, LSP_14, SMPLX_BODY_22
from hmr.keypoints import Keypoints2D
from hmr.metrics import pa_mpjpe_mm
from hmr.motion.generator import EVERYDAY, random_pose
from hmr.rotations import about, geodesic
from teacher.fitter import annotator
from teacher.fitter.annotator import Fit, annotate
from teacher.fitter.energy import Problem
from teacher.fitter.records import LEVEL
from teacher.fitter.targets import Targets, gather
from teacher.fitter.trust import trust

K = intrinsics(900.0, 800, 600)
PEOPLE = 6


@pytest.fixture(scope="module")
def truth(body):
    """People who do everyday things, in the camera frame, four metres away."""
    rng = np.random.default_rng(11)
    params = random_pose(rng, PEOPLE, EVERYDAY)
    yaw = about("y", torch.from_numpy(rng.uniform(0, 2 * np.pi, PEOPLE)).float())
    turned = replace(
        params,
        global_orient=LEVEL @ yaw @ params.global_orient,
        transl=torch.zeros(PEOPLE, 3),
    )
    pelvis = body.keypoints(turned, ["pelvis"])[:, 0]
    return replace(turned, transl=torch.tensor([0.0, 0.0, 4.0]) - pelvis)


def seen_by_camera(body, truth, names, without: tuple[str, ...] = ()) -> Targets:
    pixels = to_pixels(body.keypoints(truth, names), K.expand(PEOPLE, 3, 3)).double().numpy()
    scores = np.array([0.0 if name in without else 1.0 for name in names])
    people = [Keypoints2D("a.jpg", str(i), names, p, scores) for i, p in enumerate(pixels)]
    return gather(people, K.double().expand(PEOPLE, 3, 3).numpy(), 0.1)


def shorten(monkeypatch):
    for name in ("TURN", "BEND", "SETTLE"):
        monkeypatch.setattr(annotator, name, replace(getattr(annotator, name), steps=10))


def median_error(fit: Fit, targets: Targets) -> float:
    return float((fit.error / targets.height[:, None])[targets.weights > 0].median())


@pytest.fixture(scope="module")
def fitted(body, truth):
    targets = seen_by_camera(body, truth, COCO_17)
    return annotate(Problem(body, targets)), targets


def test_known_bodies_are_found_again_from_their_joints(body, truth, fitted):
    fit, targets = fitted
    assert median_error(fit, targets) < 0.015
    found, true = (body.keypoints(p, SMPLX_BODY_22) for p in (fit.params, truth))
    assert pa_mpjpe_mm(found, true).median() < 70
    assert geodesic(fit.params.global_orient, truth.global_orient).median() < 0.5


def test_parameters_project_where_the_fit_says_they_do(body, fitted):
    fit, targets = fitted
    pixels = to_pixels(body.keypoints(fit.params, targets.names), targets.K)
    error = (pixels - targets.joints).norm(dim=-1)
    torch.testing.assert_close(error, fit.error, atol=0.02, rtol=0)


def test_a_good_fit_is_trusted_and_one_without_evidence_is_not(fitted):
    fit, targets = fitted
    believed = trust(fit, targets)
    assert (believed > 0.5).float().mean() > 0.6 and (believed <= 1).all()
    blind = replace(targets, seen=torch.zeros_like(targets.seen))
    assert (trust(fit, blind) == 0).all()


def test_a_wrong_joint_is_recognised_as_such(body, truth):
    targets = seen_by_camera(body, truth, COCO_17)
    wrist = targets.names.index("left_wrist")
    targets.joints[:, wrist] += 4 * targets.size[:, None]
    fit = annotate(Problem(body, targets))
    others = torch.arange(len(targets.names)) != wrist
    assert (fit.error / targets.size[:, None])[:, others].median() < 0.02
    assert (fit.error[:, wrist] > targets.size).all()


@pytest.mark.parametrize(
    "without",
    [
        tuple(n for n in LSP_14 if "hip" in n or "knee" in n or "ankle" in n),
        tuple(n for n in LSP_14 if n != "neck"),
    ],
)
def test_missing_joints_leave_finite_people(body, truth, without, monkeypatch):
    shorten(monkeypatch)
    fit = annotate(Problem(body, seen_by_camera(body, truth, LSP_14, without)))
    for name, value in vars(fit.params).items():
        assert torch.isfinite(value).all(), name
    assert (fit.params.transl[:, 2] > 0).all()


def test_the_same_seed_gives_the_same_fit(body, truth, monkeypatch):
    shorten(monkeypatch)
    targets = seen_by_camera(body, truth, COCO_17)
    first, second = (annotate(Problem(body, targets), seed=4) for _ in range(2))
    assert torch.equal(first.params.transl, second.params.transl)
    assert torch.equal(first.params.body_pose, second.params.body_pose)

"""The open body as the official package sees it."""

import contextlib
import io

import numpy as np
import pytest
import smplx
from smplx.joint_names import JOINT_NAMES


class Oracle:
    """`smplx` itself, with the built file in it."""

    def __init__(self, file, **options):
        with contextlib.redirect_stdout(io.StringIO()):
            self.model = smplx.create(
                str(file),
                model_type="smplx",
                gender="neutral",
                use_pca=False,
                flat_hand_mean=True,
                use_face_contour=True,
                **options,
            )
        self.faces = np.asarray(self.model.faces, dtype=np.int64)

    def __call__(self, **pose):
        output = self.model(**pose)
        vertices = output.vertices[0].detach().numpy()
        joints = output.joints[0].detach().numpy()
        return vertices, dict(zip(JOINT_NAMES, joints, strict=True))


@pytest.fixture(scope="session")
def oracle(body_path):
    return Oracle(body_path)


@pytest.fixture(scope="session")
def kid_oracle(body_path):
    template = body_path.with_name("smplx_kid_template.npy")
    return Oracle(body_path, age="kid", kid_template_path=str(template))


@pytest.fixture(scope="session")
def arrays(body_path):
    return dict(np.load(body_path, allow_pickle=True))

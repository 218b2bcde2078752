"""OpenPose json: one file an image, or a folder of them (Cao et al., TPAMI 2019)."""

from collections.abc import Mapping

import numpy as np

from hmr.errors import InputError
from hmr.joints import OPENPOSE_25
from hmr.keypoints.person import Keypoints2D

ENDINGS = ("_keypoints", "_openpose")
"""What OpenPose and its users append to the image's name."""


def read_frame(content: Mapping, stem: str, where: str) -> list[Keypoints2D]:
    """Read the people of one image."""
    image = stem
    for ending in ENDINGS:
        image = image.removesuffix(ending)
    people = []
    for number, person in enumerate(content["people"]):
        values = np.array(person["pose_keypoints_2d"], dtype=np.float64)
        if values.size != 3 * len(OPENPOSE_25):
            raise InputError(
                f"{where}: person {number} has {values.size} numbers in pose_keypoints_2d, "
                f"expected {3 * len(OPENPOSE_25)} (BODY_25)"
            )
        values = values.reshape(-1, 3)
        key = f"{image}_{number}"
        joints, scores = values[:, :2], values[:, 2]
        who = _track(person.get("person_id"))
        people.append(Keypoints2D(image, key, OPENPOSE_25, joints, scores, track=who))
    return people


def _track(given: object) -> str | None:
    """Read OpenPose's `person_id`: a list of one number, -1 where nobody was followed."""
    number = given[0] if isinstance(given, list) and given else given
    return None if number is None or number == -1 or number == [] else str(number)

"""2D keypoints as detectors and annotators give them: one kind of record, whatever the file.

`read_keypoints` reads COCO json (annotations or detections), OpenPose json
(one file or a folder), npz `keypoints_2d(T, J, 3)` and json with named joints.
"""

from hmr.keypoints.person import Keypoints2D, usable
from hmr.keypoints.read import read_keypoints, split_convention

__all__ = ["Keypoints2D", "read_keypoints", "split_convention", "usable"]

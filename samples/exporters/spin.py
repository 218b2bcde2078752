"""The 44 keypoints that HMR2 and CameraHMR train on, named as far as a body has them.

OpenPose's 25, then 19 that SPIN gathered from several data sets (Kolotouros et al., ICCV 2019):
LSP's twelve joints, its neck and crown, MPII's pelvis and thorax, Human3.6M's spine, jaw and head.
"""

from hmr.joints import OPENPOSE_25
from samples.exporters.people import UNNAMED

EXTRA_19 = (
    *("right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle"),
    *("right_wrist", "right_elbow", "right_shoulder", "left_shoulder", "left_elbow", "left_wrist"),
    *("neck", "head_top", "pelvis", UNNAMED, "spine2", UNNAMED, UNNAMED),
)
"""Thorax, jaw and head of MPII and Human3.6M are points that SMPL-X does not define."""
KEYPOINTS = (*OPENPOSE_25, *EXTRA_19)

"""2D keypoints of one person in a video, by MediaPipe's BlazePose, as npz for stage=lift.

python benchmarks/detect_2d.py OUT.npz VIDEO

MediaPipe is no dependency of this project: pip install mediapipe. The npz holds `keypoints_2d`
(frames, joints, 3): pixels and visibility, with the joints that `hmr.joints` has names for.
"""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float

from hmr.progress import track

RENAMED = {"nose": "nose"}
RENAMED |= {f"{s}_foot_index": f"{s}_big_toe" for s in ("left", "right")}
PLAIN = ("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel")
RENAMED |= {f"{s}_{part}": f"{s}_{part}" for s in ("left", "right") for part in PLAIN}
"""BlazePose's landmarks that this project knows, by their names in MediaPipe."""


def detect(path: Path) -> tuple[Float[np.ndarray, "frames joints 3"], tuple[str, ...]]:
    """Find the person of each frame; zeros where there is none."""
    try:
        from mediapipe.python.solutions import pose  # pyright: ignore[reportMissingImports]
    except ImportError:
        sys.exit("error: mediapipe is not installed; pip install mediapipe")
    rows = [(mark.value, RENAMED[name]) for name, mark in _landmarks(pose) if name in RENAMED]
    video = cv2.VideoCapture(str(path))
    frames = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    found = np.zeros((frames, len(rows), 3))
    # Smoothed landmarks lag behind by frames, differently in every video.
    settings = {"static_image_mode": False, "model_complexity": 1, "smooth_landmarks": False}
    with pose.Pose(**settings) as model:
        for i in track(range(frames), f"detecting in {path.name}"):
            good, image = video.read()
            if not good:
                break
            marks = model.process(image[..., ::-1].copy()).pose_landmarks
            if marks is not None:
                height, width = image.shape[:2]
                all_marks = [(m.x * width, m.y * height, m.visibility) for m in marks.landmark]
                found[i] = [all_marks[place] for place, _ in rows]
    return found, tuple(name for _, name in rows)


def _landmarks(pose) -> list:
    return [(mark.name.lower(), mark) for mark in pose.PoseLandmark]


def main() -> None:
    """Detect and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("video", type=Path)
    given = parser.parse_args()
    if not given.video.is_file():
        sys.exit(f"error: {given.video}: no such video")
    found, names = detect(given.video)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(given.out, keypoints_2d=found, joint_names=np.array(names))
    print(f"{given.out}: {(found[..., 2].max(1) > 0).sum()} of {len(found)} frames have a person")


if __name__ == "__main__":
    main()

"""The ground: what a body, a joint, a camera, a sample and a metric is.

Conventions, for the whole project:

- World: +Y up, right-handed, metres; the ground is the plane y = 0.
- Camera: OpenCV (+X right, +Y down, +Z forward), ``x_cam = R x_world + t``.
- Pixels: (0, 0) is the top-left corner of the image, so pixel centres lie at
  halves and a centred principal point is (W / 2, H / 2).
- Rotations: axis-angle in radians on disk, matrices in memory (``roma``).
- Parameters carry SMPL-X's names; hands are full (no PCA) and flat at rest.
- Joints are looked up by name.

The ground imports no room.
"""

"""stage=lift: 2D keypoints of photos and videos in, 3D skeletons out, to read and to look at."""

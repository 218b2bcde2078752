"""From 2D keypoints to bodies: exemplars to begin from, a robust fit, a judgement."""

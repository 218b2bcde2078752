"""The student: an image-to-body regressor that learns from synthetic and pseudo-GT samples."""

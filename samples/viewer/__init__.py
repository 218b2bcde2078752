"""A page in the browser that shows a set: images with labels, and their scenes in 3D."""

"""2D poses to 3D: the lifter that learns from 2D alone, and the fitter of pseudo ground truth."""

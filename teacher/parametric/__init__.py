"""The parametric network: 2D poses in, SMPL-X people out (the student of PoseNet3D)."""

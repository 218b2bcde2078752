"""What is done to samples at rest: export, doctor, viewer."""

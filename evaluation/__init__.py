"""Evaluation: any predictor on any set of samples, one table; overlays and a report."""

"""Scenes: from where they are seen, what stands in them, where people stand."""

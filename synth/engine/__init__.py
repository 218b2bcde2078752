"""The engine: makes images one by one, shards on several workers, whole data sets."""

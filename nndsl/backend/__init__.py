"""Backends: what turns a graph into numbers."""

"""Passes over the tensor IR: functions from graph to graph."""

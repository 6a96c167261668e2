"""Faults and warnings as values, and how they are shown. Imports nothing of ours."""

from nndsl.diagnostics.diagnostic import Collector, Diagnostic, Edit, Fault, Label, Source, Span, fault

__all__ = ["Collector", "Diagnostic", "Edit", "Fault", "Label", "Source", "Span", "fault"]

"""Figures: values that say what is drawn, and what draws them."""

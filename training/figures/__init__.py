"""Figures of a training as SVG: one file per kind of picture, drawn by hand since a plotting library takes seconds."""

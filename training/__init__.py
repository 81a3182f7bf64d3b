"""History in, a bundle worth promoting out: split, fit, judge, register."""

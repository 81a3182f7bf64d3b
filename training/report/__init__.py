"""The model card of a version: one page of HTML with everything that was measured, to be read and printed."""

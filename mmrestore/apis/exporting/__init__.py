"""The forms in which a network leaves: one file a form, each with a function ``write``."""

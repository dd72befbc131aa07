"""Reports of single trainings, and what they share with those of experiments."""

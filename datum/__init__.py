"""Version control for annotated image datasets."""

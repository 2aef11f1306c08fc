"""Names of files and columns."""

__all__ = ["BOXES", "BOX_COLUMNS", "FOLDER", "LABELS", "LANDMARKS", "LANDMARK_COLUMNS", "NAME_ID"]

FOLDER = "bb_landmark"
BOXES = "loose_bb_"
LANDMARKS = "loose_landmark_"
LABELS = "labels.txt"
NAME_ID = "NAME_ID"
BOX_COLUMNS = ("X", "Y", "W", "H")
LANDMARK_COLUMNS = tuple(f"P{point}{axis}" for point in range(1, 6) for axis in "XY")

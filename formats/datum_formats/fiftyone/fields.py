"""What samples and labels of FiftyOne have as their own, by name."""

__all__ = ["FIELDS", "LABEL_KEYS", "LISTS", "SAMPLE_KEYS", "SPLITS"]

FIELDS = {
    "Detections": "ground_truth",
    "Polylines": "polylines",
    "Keypoints": "keypoints",
    "Classifications": "classifications",
}
"""The field for each class of labels that has none of its own."""

LISTS = {
    "Detections": "detections",
    "Polylines": "polylines",
    "Keypoints": "keypoints",
    "Classifications": "classifications",
}
"""The key of the labels in each class that has several."""

LABEL_KEYS = frozenset(
    [
        *("_id", "_cls", "attributes", "tags", "label", "confidence", "bounding_box", "mask"),
        *("mask_path", "points", "closed", "filled", "logits", "index"),
    ]
)
"""Keys of labels that are no attributes."""

SAMPLE_KEYS = frozenset(
    [
        *("id", "_id", "filepath", "tags", "metadata", "_media_type", "_rand", "_dataset_id"),
        *("created_at", "last_modified_at"),
    ]
)
"""Fields of samples that are no attributes."""

SPLITS = ("train", "val", "validation", "test", "valid", "default")
"""Tags that are subsets wherever they stand."""

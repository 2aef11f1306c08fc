"""What differs between two datasets, down to the field of an annotation."""

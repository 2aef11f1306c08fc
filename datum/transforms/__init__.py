"""Functions from dataset to dataset, one module each."""

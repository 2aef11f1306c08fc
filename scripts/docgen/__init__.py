"""The pages of docs/ that follow from the code; see scripts/docs."""

"""Three-way merge of datasets; conflicts are values."""

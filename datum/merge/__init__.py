"""Three-way merge of datasets, where conflicts are values; merge of several, with votes and a report."""

"""What ``scripts/bench`` runs: rows of work, how they are measured, and the page of results."""

"""Projects: sources, working copies, the verbs."""

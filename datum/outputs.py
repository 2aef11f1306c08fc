"""Where exports are written: a folder that appears whole or not at all, a dry run, memory."""

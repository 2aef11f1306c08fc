"""One dataset of what several annotators said of the same items: shapes clustered, the rest voted on."""

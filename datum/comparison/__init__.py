"""Two datasets held against each other: one is the truth, the other was found.

By distance (what overlaps how far, with precision, recall and average precision), by equality, or as
a table of counts. What is found are values; the pages, pictures and files made of them are here too.
"""

"""The formats that datum brings, one package for each family."""

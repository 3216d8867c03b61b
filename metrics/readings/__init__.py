"""The quantities that indicators watch, one function each, by group."""

"""The demo city: an invented city's records, written as files of the data standard."""

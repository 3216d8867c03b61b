"""The records of the city in Delta Lake tables, seen only through the heads that the state database holds."""

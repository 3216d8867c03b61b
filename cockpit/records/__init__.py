"""The state of an installation in SQL: heads of the lake, batches, leases, refusals, watermarks, audit."""

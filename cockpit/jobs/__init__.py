"""Work that is done without anybody asking: what a job is, when it is due, and the process that does it."""

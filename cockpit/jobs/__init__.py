"""Work that is done without anybody asking: the drop folder, the lake's upkeep."""

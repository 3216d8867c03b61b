"""One network and online (一网通办与线上)."""

"""The 38 indicators, one file each, found by `alerts.catalogue`."""

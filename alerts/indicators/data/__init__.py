"""Data and devices (数据与设备)."""

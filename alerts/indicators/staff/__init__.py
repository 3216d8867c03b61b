"""Staff and public health (人员与公共卫生)."""

"""Facts: additive counts by place and time, from which the readings are made."""

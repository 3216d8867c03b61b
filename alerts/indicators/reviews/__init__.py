"""Reviews and complaints (评价与投诉)."""

"""Crowds and queues (人流与排队)."""

"""The cockpit of one city's government service halls: records in, and what they show."""

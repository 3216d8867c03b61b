"""What is going on: numbers from the lake, and later what they warn of."""

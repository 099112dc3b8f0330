"""A report's pictures: incumbents over time, and what one-shot searches learned."""

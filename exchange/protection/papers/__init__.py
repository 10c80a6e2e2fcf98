"""What is done with protected items, in writing."""

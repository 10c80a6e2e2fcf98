"""A node through which competent authorities exchange requests for assistance."""

"""The pages, one module each: its view model and its handlers."""

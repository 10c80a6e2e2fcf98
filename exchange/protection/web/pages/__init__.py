"""One module for each place of the protection module's pages."""

"""What is done in the protection module: each use case on the connection of whoever called; none of them commits."""

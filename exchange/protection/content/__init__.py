"""Keys and contents of the protection module: who holds the keys, how rows are locked, where contents lie sealed."""

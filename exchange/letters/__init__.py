"""The written form of acts: what a letter says, and the letter as PDF. Frozen objects in, bytes out."""

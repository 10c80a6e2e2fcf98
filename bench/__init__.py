"""What the product's speed is measured with: the node, a bare endpoint and the database's own floor, side by side."""

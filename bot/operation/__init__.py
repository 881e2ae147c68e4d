"""Running Baken on a machine: environments, training, supervising the three processes."""

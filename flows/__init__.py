"""What runs: each flow is the business read from top to bottom, and nothing else."""

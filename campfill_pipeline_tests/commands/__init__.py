"""What the commands do beside what they print."""

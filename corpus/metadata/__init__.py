"""What is known of a report, who says so, and which of them counts."""

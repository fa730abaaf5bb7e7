"""What HTTP shows: the shapes of answers, reports and statements."""

"""What visitors say of answers: kept by their own act, in the home, for the evaluation harness."""

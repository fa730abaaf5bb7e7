"""How much may be asked in a while: rates, and the counters that all workers share."""

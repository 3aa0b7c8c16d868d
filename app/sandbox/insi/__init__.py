"""INSi simulated on this machine: what it knows, what it demands, and how it may fail on demand."""

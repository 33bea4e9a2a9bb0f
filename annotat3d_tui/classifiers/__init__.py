"""Feature table and markers -> labels: training samples, forests, scores, painting."""

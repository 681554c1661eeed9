"""What a run must look like: its report and its exit code."""

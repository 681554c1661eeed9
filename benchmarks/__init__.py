"""How fast the project is, as ratios to a baseline measured in the same run: machines differ, ratios stay."""

"""The archive in other forms: export, people, browse."""

"""Makes fictional Vietnamese papers, scans of them, and their truth; the same seed makes the same documents."""

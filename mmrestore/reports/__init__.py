"""HTML reports: self-contained files that load nothing from elsewhere."""

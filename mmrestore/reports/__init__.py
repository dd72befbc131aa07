"""Pages for a browser: one self-contained HTML file each, which loads nothing from elsewhere."""

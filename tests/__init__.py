"""The tests: `unit` (fast, no real model), `integration` (the embedded model), `browser` (a real Chromium)."""

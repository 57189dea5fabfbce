"""The pages in Debian's Chromium, over the demo's data and with no network but loopback."""

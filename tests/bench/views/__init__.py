"""`python -m tests bench pages`: the dashboard in a browser, over large courses."""

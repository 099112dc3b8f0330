"""The page to explore: what its charts are drawn of, and the script that draws them."""

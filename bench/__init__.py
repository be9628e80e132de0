"""Speed as ratios and counts within one run; absolute times say more about the machine than about Signoff."""

"""Takes: what was played and what came of it, as text, played again, held against later."""

"""Random programs that do little but hand arrays, elements and containers on, and write to them."""

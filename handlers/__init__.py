"""Everything on the network, inward and outward."""

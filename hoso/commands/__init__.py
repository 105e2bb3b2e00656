"""The commands, one module per noun of the contract's section 2."""

"""The intermediate representation: structured, pure, typed SSA with regions."""

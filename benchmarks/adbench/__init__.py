"""The four objectives of the ADBench suite, written from their mathematics."""

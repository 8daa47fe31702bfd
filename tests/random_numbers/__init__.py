"""Random numbers in differentiated code: the streams of NumPy, to the bit."""

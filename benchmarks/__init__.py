"""Side-by-side measurements. Figures of one run compare; figures of two runs on a shared machine do not."""

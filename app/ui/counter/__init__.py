"""The counter: the screen where patients are served."""

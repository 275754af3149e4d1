import os

# Test processes run side by side, so each has one thread, and so have the commands that they run.
# The libraries read this when they are loaded.
os.environ["OMP_NUM_THREADS"] = "1"

"""One file a command: joins the crafts, returns records, prints nothing."""

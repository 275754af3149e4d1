"""What the bytes of each container say of its sound, before it is decoded."""

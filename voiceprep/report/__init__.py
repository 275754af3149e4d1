"""Pictures and pages of what others have measured."""

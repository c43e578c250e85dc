"""What each command is called and takes; its work is imported when it runs, so that help stays quick."""

"""api knows the world: settings, storage, jobs, web and command line."""

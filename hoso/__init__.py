"""The shell: settings, command line, composition roots, embedded engines, supervisor. The only room that knows all."""

"""Chat models behind one port: the scripted one, one whose replies a test writes, and those of providers."""

"""What stands behind the old names of ``adapters.legacy``: the installed application, call sites, the modes,
old import lines.
"""

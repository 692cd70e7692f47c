"""Starting, watching and ending the processes that serve a mesh; what they are is none of this room's business.

No module here imports the orchestrator: it is started, asked over HTTP and stopped like any other program.
"""

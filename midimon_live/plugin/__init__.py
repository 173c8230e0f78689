"""The plugin machinery: what authors write against, who may do what, and who runs it."""

"""What a person sees: real notebooks in JupyterLab and Notebook 7, driven through Chromium."""

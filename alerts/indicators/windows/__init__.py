"""Windows and how busy they are (窗口与饱和)."""

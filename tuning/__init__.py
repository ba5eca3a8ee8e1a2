"""Tune-Off: LoRA-tune a small text model on a file of examples and say honestly whether it helped."""

__version__ = "0.1.0"

"""Engines that tests execute compiled SQL on, one module each."""

"""How the installation is doing: health, metrics, the page System, the audit."""

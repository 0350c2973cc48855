"""Sources, sampling, the recording ring, probes and stream health, built on ffmpeg."""

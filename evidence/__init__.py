"""Stills, clips, composite, manifest, signing, chain, package and verifier."""

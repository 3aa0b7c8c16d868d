"""Sets of clinical documents as archives (IHE XDM, volet Échange de documents de santé)."""

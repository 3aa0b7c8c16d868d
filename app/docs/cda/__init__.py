"""Our clinical documents as CDA R2: header, bodies, codes, the checks before and after writing."""

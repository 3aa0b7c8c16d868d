"""What does an error of the operating system mean, in French?"""

from __future__ import annotations

import errno

_REASONS = {
    errno.ENOENT: "ce fichier ou dossier n’existe pas",
    errno.EEXIST: "un fichier de ce nom existe déjà",
    errno.EISDIR: "un dossier est à la place du fichier attendu",
    errno.ENOTDIR: "un fichier est à la place du dossier attendu",
    errno.EACCES: "l’accès est refusé",
    errno.EPERM: "l’accès est refusé",
    errno.EROFS: "le disque est en lecture seule",
    errno.EIO: "le disque ne répond pas",
    errno.ENAMETOOLONG: "ce nom est trop long",
    errno.EADDRINUSE: "ce port est déjà utilisé par un autre programme",
}


def is_disk_full(error: OSError) -> bool:
    """Return True where room is missing, on the disk or in the user's share of it."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}


def reason(error: OSError) -> str:
    """Return why the system refused; the system's own text may be in any language."""
    return _REASONS.get(error.errno or 0, f"le système d’exploitation refuse (erreur {error.errno})")

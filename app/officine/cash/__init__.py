"""The till: payments, the chained journal, drawers, closings, archives (CGI art. 286, I-3° bis)."""

"""Accounts of customers who are invoiced later: what they took, what they paid, and their invoices."""

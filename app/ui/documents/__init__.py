"""The screens of the documents: received, written, read, and on paper."""

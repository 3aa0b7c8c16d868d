"""Documents received: to whom does each belong, and is it filed or refused?"""

"""How is a document shown, with nothing in what is shown that its author could make run or fetch?"""

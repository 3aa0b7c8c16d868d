"""Which identity papers were copied, who may see the copies, and when do they disappear?"""

"""Where does the one key of this workstation lie, outside the data and their backups?"""

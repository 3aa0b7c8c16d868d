"""Does a clinical document obey the schema and the rules that the ANS publishes for it?"""

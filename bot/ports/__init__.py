"""What the rules need from the world, as Protocols, each with the promise it keeps.

Storage implements `store`; handlers implement `slack` and `ci`; `bot/app.py` introduces them to one another.
"""

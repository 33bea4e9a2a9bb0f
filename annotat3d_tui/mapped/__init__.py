"""Files mapped into memory, which outlive that one of them becomes shorter while it is read.

files      the maps that are watched; who computes with them is told when one is lost
advice     which pieces of a file are wanted soon
bus_error  what happens in the moment in which a page is not there, in machine code
"""

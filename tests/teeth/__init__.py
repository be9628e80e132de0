"""Known bugs, put back one at a time: the tests must find each of them."""

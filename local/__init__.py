"""The whole system on one machine: a local cloud, the packaged template in it, and a front for the
browser.

Development and tests only: nothing here is packaged for Lambda.
"""

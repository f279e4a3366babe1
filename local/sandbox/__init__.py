"""WeChat Pay and Alipay on one machine: their protocols with real signatures, and a page to pay on.

Written from the providers' documents and not from chalicelib, so that one does not share the
other's mistakes. It keeps everything in memory.
"""

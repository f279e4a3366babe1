"""The only place with boto3: each module implements one port of the kernel or of a capability."""

"""A local Slack workspace: what a release bot uses of it, over real HTTP and WebSocket."""

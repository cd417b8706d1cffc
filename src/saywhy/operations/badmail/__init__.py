"""The files of the Pickup and Replay folders of which nothing could be made."""

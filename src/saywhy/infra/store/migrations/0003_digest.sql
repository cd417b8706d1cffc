-- SHA-256 of the content as it was accepted, so that what was altered on the disk is never sent.  NULL for messages
-- that an older version queued.
ALTER TABLE message ADD COLUMN digest BLOB;

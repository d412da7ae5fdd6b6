CREATE TABLE entry (
  seq       INTEGER PRIMARY KEY,
  leaf      BLOB NOT NULL,
  leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
) STRICT;

-- What follows is made of the entries, and anew if need be.

CREATE TABLE node (              -- interior hashes at levels 4, 8, 12, … of the tree
  ix INTEGER PRIMARY KEY,        -- the index that sumdb/tlog gives them
  h  BLOB NOT NULL CHECK (length(h) = 32)
) STRICT;

CREATE TABLE segment (           -- where the segments of a case stand, and the rollbacks that were accepted
  case_id TEXT,
  seq     INTEGER,
  PRIMARY KEY (case_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE keyleaf (           -- where the keys are named
  seq INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY,
  note BLOB NOT NULL
) STRICT;

-- Who else knows a checkpoint, and how far the entries were copied.

CREATE TABLE anchor (
  dest TEXT,
  size INTEGER,
  root BLOB    NOT NULL,
  at   INTEGER NOT NULL,         -- ms since 1970
  PRIMARY KEY (dest, size)
) STRICT;

CREATE TABLE ship (
  dest  TEXT PRIMARY KEY,
  next  INTEGER NOT NULL,        -- first entry that is not there
  at    INTEGER NOT NULL,        -- ms since 1970, of the last attempt
  error TEXT    NOT NULL         -- of the last attempt; '' if it went well
) STRICT;

-- Accidents are stopped here. Who edits the file is found by its hashes.

CREATE TRIGGER entry_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
CREATE TRIGGER entry_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
CREATE TRIGGER checkpoint_update BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;
CREATE TRIGGER checkpoint_delete BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'the ledger is append only'); END;

PRAGMA user_version = 1;
PRAGMA application_id = 1869834606; -- "osin"

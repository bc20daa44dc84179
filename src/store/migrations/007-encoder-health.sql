-- What each encoder suffered, by the day (of UTC, counted from 1970-01-01).
CREATE TABLE encoder_strain (
  acs_encoder_id TEXT NOT NULL,
  day INTEGER NOT NULL,
  exchanges INTEGER NOT NULL DEFAULT 0,
  retries INTEGER NOT NULL DEFAULT 0,
  slow_answers INTEGER NOT NULL DEFAULT 0,
  resets INTEGER NOT NULL DEFAULT 0,
  replugs INTEGER NOT NULL DEFAULT 0,
  torn_cards INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (day, acs_encoder_id)
) STRICT, WITHOUT ROWID;

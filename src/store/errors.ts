/** The disk would not take or give what the store asked: it is full, failing or held. What was asked did not happen. */
export class StorageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
  }
}

/** The file holds what no database of ours can hold. Nobody goes on with it, and nobody removes it: a person puts a copy in its place. */
export class DamagedError extends Error {
  readonly path: string;
  /** In SQLite's words, at least one. */
  readonly problems: readonly string[];

  constructor(path: string, problems: readonly string[], options?: ErrorOptions) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(
      `The database ${path} is damaged: ${problems[0]}${more}. Nothing of it was changed or removed. To put the last good copy in its place: encoderctl restore --last-good. To see what else is wrong: encoderctl doctor.`,
      options,
    );
    this.name = 'DamagedError';
    this.path = path;
    this.problems = problems;
  }
}

/** The file was written by a newer version of the daemon: this one would misread it. It is left as it is. */
export class NewerDatabaseError extends Error {
  constructor(version: number, known: number, cure: string) {
    super(`The database is at version ${version}, this encoderd knows ${known}. ${cure}`);
    this.name = 'NewerDatabaseError';
  }
}

import SQLite from 'better-sqlite3';

/**
 * Holds a state folder for one daemon: an exclusive lock on a file that the system gives up when the process ends,
 * however it ends. Throws when another daemon has it. Keep what it returns: a lock that nobody refers to is given back
 * with the next garbage collection.
 */
export function lockState(path: string): Disposable {
  const file = new SQLite(path, { timeout: 0 });
  try {
    file.pragma('locking_mode = EXCLUSIVE');
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if (!(error instanceof SQLite.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
    throw new Error(`Another encoderd is running on this state folder (${path} is locked). Stop it first.`, {
      cause: error,
    });
  }
  return { [Symbol.dispose]: () => file.close() };
}

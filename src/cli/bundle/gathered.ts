/** A file of the bundle before it is masked. */
export interface Gathered {
  readonly name: string;
  readonly text: string;
  /** What the daemon masked where it wrote it: bytes of exchanges stay, since they are what the file is for. */
  readonly keepsBytes?: boolean;
}

/** What could not be had, and why. */
export interface Missing {
  readonly name: string;
  readonly missing: string;
}

export const asJson = (name: string, value: unknown): Gathered => ({
  name,
  text: `${JSON.stringify(value, null, 2)}\n`,
});

/** What `find` finds as a file of this name; why not, where it fails. */
export async function orMissing(
  name: string,
  find: () => Promise<Gathered | Missing> | Gathered | Missing,
): Promise<Gathered | Missing> {
  try {
    return await find();
  } catch (error) {
    return { name, missing: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether there may be a device to drive: asked without native code, until it says yes; then the driver's process is started. */
export async function isWanted(_options: unknown): Promise<boolean> {
  return false;
}

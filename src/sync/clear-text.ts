/** Whether a key that is sent there could be read on the way: it is no https, and not this computer. */
export function isClearText(endpoint: string): boolean {
  const url = URL.parse(endpoint);
  if (url === null || url.protocol !== 'http:') return false;
  return !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
}

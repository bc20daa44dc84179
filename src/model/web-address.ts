/** Whether the text is an origin as browsers send it: scheme, host and a port that is not the scheme's own. */
export function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

/** Whether the text is what a Host header holds: a name or address, and a port where it is not the scheme's own; in small letters. */
export function isHost(text: string): boolean {
  return (
    /^[\w.:[\]-]+$/.test(text) &&
    ['http', 'https'].some((scheme) => URL.parse(`${scheme}://${text}`)?.host === text)
  );
}

/** Whether an address holds neither a name nor a password. */
export function hasNoSecret(address: string): boolean {
  const url = URL.parse(address);
  return url === null || (url.username === '' && url.password === '');
}

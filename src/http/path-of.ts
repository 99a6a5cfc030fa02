/**
 * Returns the path of a request, without its query and a slash at its end. Clients may send a whole address, as to a proxy;
 * its beginning is left out as the router does it, which must not find another path than this.
 */
export function pathOf({ url }: { readonly url: string }): string {
  return url
    .replace(/^https?:\/\/[^/?]+/i, '')
    .split('?')[0]
    .replace(/(?<=.)\/$/, '');
}

/** Returns the path of a request, without its query and a slash at its end. */
export function pathOf({ url }: { readonly url: string }): string {
  return url.split('?')[0].replace(/(?<=.)\/$/, '');
}

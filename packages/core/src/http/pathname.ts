/** The path of `req.url`, which may hold a query, and a whole origin if a proxy sent it so. */
export function pathname(url: string): string {
  const path = url.startsWith('/') ? url : url.replace(/^[a-z+.-]+:\/\/[^/?]*/i, '');
  const query = path.indexOf('?');
  return query < 0 ? path : path.slice(0, query);
}

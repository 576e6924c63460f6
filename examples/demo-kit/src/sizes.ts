const MB = 1024 * 1024;

/** '9.1 KB', '64 MB'. */
export function kilobytes(bytes: number): string {
  return bytes < MB ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / MB).toFixed(0)} MB`;
}

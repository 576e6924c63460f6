/** Honest: text, sent and forgotten. */
export function sendReceipt({ order, pieces }: { order: number; pieces: number }): { sent: number } {
  const lines = Array.from({ length: pieces }, (_, i) => `<li>article ${order + i}</li>`);
  const mail = `<h1>Thank you for order ${order}</h1><ul>${lines.join('')}</ul>`;
  return { sent: Buffer.byteLength(mail) };
}

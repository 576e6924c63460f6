const PLACEHOLDER = /\{(?:(seq)|int:(\d+)-(\d+)|hex:(\d+)|pick:([^}]+))\}/g;

/**
 * Where the values of a template come from.
 *
 * @typedef {object} TemplateSource
 * @property {() => number} random uniform in [0, 1)
 * @property {() => number} nextSeq the next rising number, shared by all templates of a run
 */

/**
 * Fills `{seq}`, `{int:a-b}` (both ends included), `{hex:n}` and `{pick:a|b}`; other text stays as it is.
 *
 * @param {string} template
 * @param {TemplateSource} source
 * @returns {string}
 */
export function fillTemplate(template, { random, nextSeq }) {
  return template.replace(PLACEHOLDER, (_match, seq, low, high, hexDigits, choices) => {
    if (seq) return String(nextSeq());
    if (low !== undefined) return String(Number(low) + below(Number(high) - Number(low) + 1, random));
    if (hexDigits !== undefined) return hexText(Number(hexDigits), random);
    const list = choices.split('|');
    return list[below(list.length, random)];
  });
}

/** @param {number} limit @param {() => number} random @returns {number} an integer in [0, limit) */
function below(limit, random) {
  return Math.floor(random() * limit);
}

/** Seven digits a draw, since one draw has 32 bits: bodies of many KB would otherwise cost the driver its speed. */
function hexText(/** @type {number} */ digits, /** @type {() => number} */ random) {
  let text = '';
  while (text.length < digits) text += below(0x10000000, random).toString(16).padStart(7, '0');
  return text.slice(0, digits);
}

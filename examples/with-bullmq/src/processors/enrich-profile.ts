interface Profile {
  segment: string;
  /** What the CRM answered, for the support people. */
  response: string;
}

/** So that the CRM is asked once per customer. But the key has the time in it, and nothing is ever taken out. */
const profiles = new Map<string, Profile>();

/** Leaks: every answer that the CRM ever gave, some 56 KB each. */
export async function enrichProfile({ customer }: { customer: number }): Promise<{ segment: string }> {
  const key = `${customer}@${process.hrtime.bigint()}`;
  const known = profiles.get(key) ?? (await askCrm(customer));
  profiles.set(key, known);
  return { segment: known.segment };
}

/** Stands for a request to another service. */
async function askCrm(customer: number): Promise<Profile> {
  const orders = Array.from({ length: 500 }, (_, i) => ({
    number: `order-${10_000 + customer}-${1000 + i}`,
    cents: 10_000 + ((customer * 31 + i * 997) % 20_000),
    articles: [`article-${10_000 + customer}-${1000 + i}`, 'shipping', 'wrapping', 'insurance'],
  }));
  return { segment: customer % 7 === 0 ? 'regular' : 'new', response: JSON.stringify({ customer, orders }) };
}

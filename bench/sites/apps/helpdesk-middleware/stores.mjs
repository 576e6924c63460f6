export const TICKETS = 400;
export const AGENTS = 40;
export const ARTICLES = 90;

export const createStores = () => ({
  tickets: Array.from({ length: TICKETS }, (_, id) => ({
    id,
    subject: `Problem ${id}`,
    agent: id % AGENTS,
    urgency: (id * 7) % 5,
    replies: Array.from({ length: id % 5 }, (_, n) => ({ by: n, text: `Reply ${n} to ${id}` })),
  })),
  agents: Array.from({ length: AGENTS }, (_, id) => ({ id, name: `Agent ${id}`, skills: [id % 3, id % 7] })),
  articles: Array.from({ length: ARTICLES }, (_, id) => ({
    slug: `how-to-${id}`,
    title: `How to ${id}`,
    body: `Step ${id}: turn it off and on again. `.repeat(5 + (id % 20)),
  })),
});

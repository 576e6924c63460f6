import type { FastifyPluginCallback } from 'fastify';

const LINES = 200;

interface Invoice {
  number: string;
  lines: { position: number; cents: number }[];
}

/** PLANTED LEAK: every invoice that was shown is kept for a list of changes that nobody ever reads. */
export const invoiceRoutes: FastifyPluginCallback = (app, _options, done) => {
  const shown: Invoice[] = [];

  app.get<{ Params: { number: string } }>('/invoices/:number', ({ params: { number } }) => {
    const invoice = render(number);
    shown.push(invoice);
    return { number, total: invoice.lines.reduce((sum, { cents }) => sum + cents, 0) };
  });
  done();
};

function render(number: string): Invoice {
  const lines = Array.from({ length: LINES }, (_, position) => ({ position, cents: position * 10 }));
  return { number, lines };
}

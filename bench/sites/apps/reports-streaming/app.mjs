import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express from 'express';
import { int } from '../urls.mjs';
import { ExportLedger, ledgerNames } from './export-ledger.mjs';
import { CsvFormatter, LineFormatter } from './formatters.mjs';
import { readAudit, readCustomers, readLedger, readStock, SKUS, stock } from './row-sources.mjs';

const send = (res, type, rows, formatter) => pipeline(Readable.from(rows), formatter, res.type(type));
const csv = (res, rows, options) => send(res, 'text/csv', rows, new CsvFormatter(options));
const lines = (res, rows) => send(res, 'application/x-ndjson', rows, new LineFormatter());
const fromOf = (req) => Number(req.query.from) || 0;

function addReports(app, sales) {
  app.get('/reports/sales.csv', async (req, res) => {
    const columns = ['sku', 'region', 'units', 'cents'];
    await csv(res, readStock(fromOf(req), 80), { name: 'sales', columns, ledger: sales });
  });
  app.get('/reports/inventory.csv', async (req, res) => {
    await csv(res, readStock(fromOf(req), 200), { name: 'inventory', columns: ['sku', 'units'] });
  });
  app.get('/reports/customers.csv', async (_req, res) => {
    await csv(res, readCustomers(150), { name: 'customers', columns: ['id', 'name', 'mail'] });
  });
  app.get('/reports/summary', (_req, res) => {
    const worth = stock.reduce((sum, { units, cents }) => sum + units * cents, 0);
    res.json({ skus: stock.length, worth });
  });
  app.get('/reports/regions', (_req, res) => {
    const regions = new Map();
    for (const { region, units } of stock) regions.set(region, (regions.get(region) ?? 0) + units);
    res.json([...regions].map(([region, units]) => ({ region, units })));
  });
  app.get('/reports/:id/preview', async (req, res) => {
    const rows = [];
    for await (const row of readStock(Number(req.params.id) || 0, 15)) rows.push(row);
    res.json({ id: req.params.id, rows });
  });
}

export function createApp(leak = null) {
  const ledgerOf = (route) => (leak?.route === route ? new ExportLedger(leak) : null);
  const [sales, entries, audit] = ['major', 'minor', 'rare'].map(ledgerOf);
  const app = express();
  addReports(app, sales);
  app.get('/exports/ledger.ndjson', async (_req, res) => {
    await lines(res, readLedger(120, entries && ((exported) => entries.enter(exported))));
  });
  app.get('/exports/audit.ndjson', async (_req, res) => {
    await lines(res, readAudit(90, audit && ((exported) => audit.enter(exported))));
  });
  app.get('/lookup/sku/:sku', (req, res) => {
    res.json(stock.find(({ sku }) => sku === req.params.sku) ?? { error: 'unknown sku' });
  });
  return app;
}

const get = (pattern, weight, path = () => pattern) => ({
  method: 'GET',
  path,
  pattern: `GET ${pattern}`,
  weight,
});

export const routes = [
  get('/reports/sales.csv', 28, (r) => `/reports/sales.csv?from=${int(r, SKUS)}`),
  get('/reports/inventory.csv', 12, (r) => `/reports/inventory.csv?from=${int(r, SKUS)}`),
  get('/reports/customers.csv', 10),
  get('/exports/ledger.ndjson', 5),
  get('/exports/audit.ndjson', 2),
  get('/reports/summary', 15),
  get('/reports/regions', 10),
  get('/reports/:id/preview', 8, (r) => `/reports/${int(r, 60)}/preview`),
  get('/lookup/sku/:sku', 10, (r) => `/lookup/sku/S${1000 + int(r, SKUS)}`),
];

const paths = {
  major: { scope: 'GET /reports/sales.csv', entry: ['enterInLedger', '_flush'], file: 'formatters.mjs' },
  minor: { scope: 'GET /exports/ledger.ndjson', entry: ['readLedger'], file: 'row-sources.mjs' },
  rare: { scope: 'GET /exports/audit.ndjson', entry: ['readAudit'], file: 'row-sources.mjs' },
};

export function truth(leak) {
  if (!leak) return null;
  const { scope, entry, file } = paths[leak.route];
  const allocating = ledgerNames(leak.kind);
  return {
    scope,
    allocating,
    functions: [...allocating, 'enter', ...entry],
    files: ['export-ledger.mjs', file],
  };
}

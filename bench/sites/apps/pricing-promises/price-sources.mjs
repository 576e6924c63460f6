import { setTimeout as sleep } from 'node:timers/promises';

export const SKUS = 300;
export const CURRENCIES = ['EUR', 'USD', 'GBP', 'JPY', 'CHF', 'SEK'];

const base = (sku) => 500 + (((Number(sku) || 0) * 131) % 9000);

export const readBase = (sku) => sleep(1).then(() => ({ sku, cents: base(sku % SKUS) }));

export const readTiers = (sku) =>
  sleep(2)
    .then(() => [1, 10, 50, 100, 500])
    .then((steps) => steps.map((from, n) => ({ from, cents: Math.round(base(sku) * (1 - n / 20)) })));

export const readCompetitors = (sku) =>
  sleep(4).then(() =>
    Array.from({ length: 12 }, (_, n) => ({ shop: `shop-${n}`, cents: base(sku) + n * 13 })),
  );

export const readRates = () =>
  Promise.resolve(CURRENCIES.map((currency, n) => ({ currency, rate: 1 + n / 7 })));

export const readHistory = (sku) =>
  sleep(2).then(() => Array.from({ length: 120 }, (_, day) => [day, base(sku) + ((day * 17) % 90)]));

export const readPromotions = () =>
  Promise.resolve(Array.from({ length: 25 }, (_, n) => ({ code: `SAVE${n}`, percent: 5 + (n % 6) })));

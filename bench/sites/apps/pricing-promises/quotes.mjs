import { createCoalesce } from './coalesce.mjs';
import * as sources from './price-sources.mjs';

const round = (cents) => Math.round(cents);
const withTax = (quote) => ({ ...quote, gross: round(quote.cents * 1.2) });
const cheapestFirst = (list) => list.toSorted((a, b) => a.cents - b.cents);

export function createQuotes(leak) {
  const coalesce = createCoalesce(leak);

  const quoteSku = (sku) =>
    coalesce('major', sku, sources.readBase)
      .then(withTax)
      .then((quote) => ({ ...quote, valid: true }));

  const quoteTiers = (sku) => coalesce('minor', sku, sources.readTiers).then((tiers) => ({ sku, tiers }));

  const quoteCompetitors = (sku) =>
    coalesce('rare', sku, sources.readCompetitors)
      .then(cheapestFirst)
      .then((list) => ({ sku, cheapest: list[0], list }));

  const convert = (from, to) =>
    coalesce('rates', `${from}-${to}`, sources.readRates).then((rates) => {
      const rateOf = (currency) => rates.find((rate) => rate.currency === currency)?.rate ?? 1;
      return { from, to, rate: rateOf(to) / rateOf(from) };
    });

  const priceBasket = (items) =>
    Promise.all(items.map((sku) => sources.readBase(sku)))
      .then((lines) => lines.map(withTax))
      .then((lines) => ({ lines, total: lines.reduce((sum, line) => sum + line.gross, 0) }));

  const checkPromotion = (code) =>
    sources
      .readPromotions()
      .then((promotions) => promotions.find((promotion) => promotion.code === code))
      .then((promotion) => promotion ?? { code, percent: 0 });

  const history = (sku) => coalesce('history', sku, sources.readHistory).then((points) => ({ sku, points }));

  const margins = () =>
    Promise.all(Array.from({ length: 40 }, (_, sku) => sources.readBase(sku)))
      .then(cheapestFirst)
      .then((list) => list.map((line) => `${line.sku};${line.cents};${round(line.cents * 0.3)}`).join('\n'));

  return {
    quoteSku,
    quoteTiers,
    quoteCompetitors,
    convert,
    priceBasket,
    checkPromotion,
    history,
    margins,
    rates: sources.readRates,
    promotions: sources.readPromotions,
  };
}

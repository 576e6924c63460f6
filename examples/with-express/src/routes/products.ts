/** One article of the shop. */
export interface Product {
  id: number;
  name: string;
  priceCents: number;
  tags: string[];
}

/** How many articles there are: ids from 1. */
export const PRODUCT_COUNT = 5000;

/** "Loads" an article; every call makes a new one, as a database would. */
export function loadProduct(id: number): Product {
  return {
    id,
    name: `Article ${id}`,
    priceCents: 100 + ((id * 7919) % 90_000),
    tags: [`shelf-${id % 12}`, id % 3 === 0 ? 'sale' : 'regular'],
  };
}

/** A page of articles that match, 20 at most. */
export function findProducts(matches: (product: Product) => boolean): Product[] {
  const found: Product[] = [];
  for (let id = 1; id <= 400 && found.length < 20; id++) {
    const product = loadProduct(id);
    if (matches(product)) found.push(product);
  }
  return found;
}

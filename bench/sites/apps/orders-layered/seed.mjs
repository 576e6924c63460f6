const STATUSES = ['open', 'paid', 'packed', 'shipped', 'returned'];

export const ORDERS = 600;
export const CUSTOMERS = 120;

export function seedOrders() {
  const orders = new Map();
  for (let id = 0; id < ORDERS; id++) {
    const lines = Array.from({ length: 1 + (id % 6) }, (_, n) => ({
      sku: `sku-${(id * 7 + n * 13) % 400}`,
      quantity: 1 + ((id + n) % 4),
      cents: 199 + ((id * 31 + n * 17) % 9000),
    }));
    orders.set(id, { id, customerId: id % CUSTOMERS, status: STATUSES[id % STATUSES.length], lines });
  }
  return orders;
}

export function seedCustomers() {
  const customers = new Map();
  for (let id = 0; id < CUSTOMERS; id++) {
    customers.set(id, { id, name: `Customer ${id}`, email: `c${id}@example.test`, city: `City ${id % 17}` });
  }
  return customers;
}

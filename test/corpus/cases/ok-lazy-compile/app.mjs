import express from 'express';
import * as w from '../_shared/work.cjs';

/** Templates and validators are compiled to functions on first use: 160 and 60 of them, some asked for rarely. */
export async function build({ guard } = {}) {
  const templates = new Map();
  const validators = new Map();
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());

  const once = (store, key, make) => {
    let made = store.get(key);
    if (made === undefined) {
      made = make(key);
      store.set(key, made);
    }
    return made;
  };
  app.get('/pages/:theme/:template', async (req, res) => {
    await w.sleep(1);
    const render = once(templates, `${req.params.theme}/${req.params.template}`, compileTemplate);
    res.send(render({ title: req.query.title, rows: w.rows(req.params.template, 20) }));
  });
  app.post('/forms/:form', (req, res) => {
    const validate = once(validators, req.params.form, compileValidator);
    const problems = validate(req.body);
    res.status(problems.length > 0 ? 422 : 201).json({ problems });
  });
  app.get('/forms/:form/schema', (req, res) => res.json(fieldsOf(req.params.form)));
  app.get('/themes/:theme', (req, res) =>
    res.json({ theme: req.params.theme, css: w.words(req.params.theme, 100) }),
  );
  app.get('/menus/:id', async (req, res) => {
    await w.sleep(1);
    res.json(w.rows(req.params.id, 30));
  });
  app.get('/search', (req, res) => res.json(w.groupBy(w.rows(req.query.q.length, 60), 'qty')));
  app.get('/sitemap/:n', (req, res) => res.type('text').send(w.csv(w.rows(req.params.n, 50))));
  return { app };
}

function compileTemplate(name) {
  const parts = w.words(name.length, 40).split(' ');
  const source = parts
    .map((word, i) => `out += "<p class='${word}'>" + data.title + ${i} + "</p>";`)
    .join('\n');
  const rows = 'for (const row of data.rows) out += "<li>" + row.sku + ": " + row.qty + "</li>";';
  return new Function('data', `let out = ""; /* ${name} */ ${source} ${rows} return out;`);
}

function compileValidator(form) {
  const checks = fieldsOf(form).map(
    (field) => `if (typeof body.${field} !== "string") problems.push("${field}");`,
  );
  return new Function('body', `const problems = []; /* ${form} */ ${checks.join('\n')} return problems;`);
}

function fieldsOf(form) {
  return Array.from({ length: 4 + (Number(form) % 9) }, (_unused, i) => `field${i}`);
}

// Queries across the gateway and the catalogue. A suite for each router runs them.
import assert from "node:assert/strict";
import { env } from "node:process";

import { test } from "../test_with_timeout.mjs";

export const ROUTER_TOKEN = `Bearer ${env.ROUTER_TOKEN}`;
export const CATALOGUE = {
  courses: JSON.parse(env.COURSES),
  buyers: JSON.parse(env.LEARNERS),
  sales: JSON.parse(env.REGISTRATIONS),
};
const [algebra] = CATALOGUE.courses;
const [ada] = CATALOGUE.buyers;

// The schema as the router reads it, with a token of its own.
export async function readSchema(url) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: ROUTER_TOKEN },
    body: JSON.stringify({ query: "{ _service { sdl } }" }),
  });
  const { data } = await response.json();
  return data._service.sdl;
}

const codes = (errors) => (errors ?? []).map(({ extensions }) => extensions.code);

// `send(query, authorization)` sends a query through the router, with the Authorization header of a viewer.
export function runScenario(send) {
  const ask = async (...request) => JSON.parse(JSON.stringify(await send(...request)));
  const asAdmin = (query) => ask(query, `Bearer ${env.ADMIN_TOKEN}`);
  const asLearner = (query) => ask(query, `Bearer ${env.LEARNER_TOKEN}`);

  test("a course has a title of the gateway and a price of the catalogue", async () => {
    const { data, errors } = await asLearner(`{ course(key: "${algebra}") { title price } }`);
    assert.equal(errors, undefined);
    assert.deepEqual(data.course, { title: "Algebra", price: 4900 });
  });

  test("a product has the course, its buyers and their enrolments", async () => {
    const { data, errors } = await asAdmin(
      `{ products(first: 1) { nodes {
        name course { title version } buyers { displayName spent } sales { state invoice learner { displayName } }
      } } }`,
    );
    assert.equal(errors, undefined);
    const [{ name, course, buyers, sales }] = data.products.nodes;
    assert.equal(name, "Algebra, with a tutor");
    assert.deepEqual(course, { title: "Algebra", version: 1 });
    assert.equal(buyers.length, 50);
    assert.deepEqual(buyers[0], { displayName: "Ada", spent: 4900 });
    assert.equal(sales.length, 50);
    assert.deepEqual(sales[0], {
      state: "ACTIVE",
      invoice: `invoice of ${CATALOGUE.sales[0]}`,
      learner: { displayName: "Ada" },
    });
  });

  test("a query goes there and back", async () => {
    const { data, errors } = await asLearner(
      "{ me { displayName spent enrollments(first: 1) { edges { node { invoice course { title price } } } } } }",
    );
    assert.equal(errors, undefined);
    const { displayName, spent, enrollments } = data.me;
    assert.deepEqual({ displayName, spent }, { displayName: "Ada", spent: 4900 });
    const [{ node }] = enrollments.edges;
    assert.match(node.invoice, /^invoice of /);
    assert.equal(typeof node.course.title, "string");
  });

  test("a viewer sees through the router what they see without it", async () => {
    const { data, errors } = await asLearner("{ products(first: 1) { nodes { buyers { learnerId spent displayName } } } }");
    const { buyers } = data.products.nodes[0];
    const shown = buyers.filter((buyer) => buyer?.displayName);
    assert.deepEqual(shown, [{ learnerId: ada, spent: 4900, displayName: "Ada" }]);
    assert.equal(codes(errors).length, 49);
    assert.deepEqual(new Set(codes(errors)), new Set(["FORBIDDEN"]));
  });

  test("an entity that does not exist costs its own fields", async () => {
    const { data, errors } = await asAdmin("{ products { nodes { name course { key title } } pageInfo { hasNextPage } } }");
    const titles = data.products.nodes.map(({ course }) => course?.title ?? null);
    assert.deepEqual(titles, ["Algebra", null, "Botany"]);
    assert.deepEqual(codes(errors), ["NOT_FOUND"]);
  });

  test("without a token there is no answer", async () => {
    const { data, errors } = await ask(`{ course(key: "${algebra}") { title } }`, undefined);
    assert.equal(data?.course ?? null, null);
    assert.equal(errors.length, 1);
  });
}
